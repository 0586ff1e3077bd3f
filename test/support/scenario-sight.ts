import { sortedBriefs } from './canonical.js';
import type { Brief, TenantName } from './scenarios.js';

/** What is to be seen of the copies of a scenario, as GraphQL shows it and in the words of the scenario. */

export interface Sight {
  interactions: Brief[];
  relations: string[];
}

export const MARK = '~';
/** What a scenario calls a call, of the id that a copy of it has. */
export const unmarked = (id: string): string => id.split(MARK)[0] ?? '';

export interface ShownLeg {
  id: string;
  role: string;
  externalId: string;
  attemptEnd?: string | null;
}
export interface Shown {
  status: Brief['status'];
  dropStage: Brief['dropStage'];
  dropDetail: Brief['dropDetail'];
  outcome: Brief['outcome'];
  why: { code: Brief['why'] };
  legs: ShownLeg[];
  disagreements: { code: string }[];
  relations: { kind: string; interaction: { legs: ShownLeg[] } }[];
}
export interface ShownPage {
  interactions: { nodes: Shown[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
}

export const INTERACTIONS = `query ($after: String) { interactions(first: 100, after: $after) {
  nodes { status dropStage dropDetail outcome why { code } legs { id role externalId attemptEnd } disagreements { code }
          relations { kind interaction { legs { id role externalId } } } }
  pageInfo { hasNextPage endCursor } } }`;

const legNames = (legs: readonly ShownLeg[]): string[] =>
  legs.map(({ role, externalId }) => `${role.toLowerCase()}/${unmarked(externalId)}`).sort();

export const copyOf = ({ legs }: Shown): number => Number(legs[0]?.externalId.split(MARK)[1]);

export const sightOf = (all: readonly { tenant: TenantName; shown: Shown }[]): Sight => ({
  interactions: sortedBriefs(all.map(({ tenant, shown }) => briefOf(tenant, shown))),
  relations: all
    .flatMap(({ shown: { legs, relations } }) =>
      relations.map(({ kind, interaction }) =>
        [legNames(legs).join(' + '), kind, legNames(interaction.legs).join(' + ')].join(' '),
      ),
    )
    .sort(),
});

const briefOf = (tenant: TenantName, { why, legs, disagreements, ...shown }: Shown): Brief => ({
  tenant,
  legs: legNames(legs),
  status: shown.status,
  dropStage: shown.dropStage,
  dropDetail: shown.dropDetail,
  why: why.code,
  outcome: shown.outcome,
  disagreements: disagreements.map(({ code }) => code).sort(),
  cancelled: legNames(legs.filter(({ attemptEnd }) => attemptEnd === 'CANCELLED_ANSWERED_ELSEWHERE')),
});
