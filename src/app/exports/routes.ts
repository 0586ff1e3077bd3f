import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { BadUserInput, Forbidden, NotFound } from '../../domain/errors.js';
import { may } from '../../domain/permissions.js';
import type { JsonObject } from '../../domain/record.js';
import type { GraphQLContext, Services } from '../../graphql/context.js';
import { actorOf, createContext } from '../../graphql/context.js';
import type { ExportKind, ListExport, TranscriptExport } from '../../graphql/export/export-address.js';
import { EXPORT_NEEDS, EXPORT_PATHS } from '../../graphql/export/export-address.js';
import { readJsonInput } from '../../graphql/json-input.js';
import { localId } from '../../graphql/node.js';
import { audit } from '../../storage/audit/audit-log.js';
import type { WantedInteractions } from '../../storage/export/interaction-export.js';
import type { InteractionFilter } from '../../storage/list/filter.js';
import type { InteractionOrder } from '../../storage/list/order.js';
import { inTransaction } from '../../storage/transaction.js';
import type { Authenticator } from '../authenticate.js';
import type { Contents, ExportSource } from './contents.js';
import { callContents, listContents, transcriptContents, vconContents } from './contents.js';
import { CSV } from './csv.js';
import type { Downloads } from './downloads.js';
import type { ListFormat } from './list-format.js';
import { NDJSON } from './ndjson.js';
import type { TranscriptFormat } from './transcripts.js';
import { JSON_DOCUMENT, TEXT, VTT } from './transcripts.js';
import { vconParts } from './vcon.js';

export interface ExportParts {
  source: ExportSource;
  services: Services;
  schema: GraphQLSchema;
  authenticator: Authenticator;
  downloads: Downloads;
}

const LISTS: Readonly<Record<ListExport, ListFormat>> = {
  INTERACTIONS_CSV: CSV,
  INTERACTIONS_NDJSON: NDJSON,
};

const TRANSCRIPTS: Readonly<Record<TranscriptExport, TranscriptFormat>> = {
  TRANSCRIPT_TEXT: TEXT,
  TRANSCRIPT_VTT: VTT,
  TRANSCRIPT_JSON: JSON_DOCUMENT,
};

/** What the audit log notes of an export: never a value of its filter, which can be a customer's number. */
interface Noted {
  kind: ExportKind;
  subjectId: string | null;
  detail?: JsonObject;
}

interface Opened {
  filename: string;
  contentType: string;
  contents: Contents;
}

/** `GET /exports/…`: files, streamed. By a key, or by a link that `exportUrl` has signed. */
export const registerExports = (parts: ExportParts) => async (app: FastifyInstance) => {
  const routes = new ExportRoutes(parts);
  const options = { exposeHeadRoute: false };
  for (const kind of Object.keys(LISTS) as (keyof typeof LISTS)[])
    app.get(EXPORT_PATHS[kind], options, (request, reply) => routes.list(kind, request, reply));
  for (const kind of Object.keys(TRANSCRIPTS) as (keyof typeof TRANSCRIPTS)[])
    app.get(EXPORT_PATHS[kind], options, (request, reply) => routes.transcript(kind, request, reply));
  app.get(EXPORT_PATHS.VCON, options, (request, reply) => routes.vcon(request, reply));
  app.get(EXPORT_PATHS.CALL_JSON, options, (request, reply) => routes.call(request, reply));
};

class ExportRoutes {
  constructor(private readonly parts: ExportParts) {}

  async list(kind: keyof typeof LISTS, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const context = await this.#enter(request, kind);
    const wanted = this.#wanted(parametersOf(request, ['filter', 'orderBy']));
    const format = LISTS[kind];
    const fields = Object.keys(wanted.filter ?? {});
    await this.#send(reply, context, { kind, subjectId: null, detail: { filter: fields } }, async () => ({
      filename: `interactions.${kind === 'INTERACTIONS_CSV' ? 'csv' : 'ndjson'}`,
      contentType: format.contentType,
      contents: await listContents(this.parts.source, context.frame, context.viewer.role, wanted, format),
    }));
  }

  async transcript(
    kind: keyof typeof TRANSCRIPTS,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const context = await this.#enter(request, kind);
    parametersOf(request, []);
    const interaction = await this.#found('Interaction', request, context.loaders.interactions);
    const format = TRANSCRIPTS[kind];
    await this.#send(reply, context, { kind, subjectId: interaction.id }, async () => ({
      filename: `transcript-${interaction.id}.${format.extension}`,
      contentType: format.contentType,
      contents: await transcriptContents(this.parts.source, interaction, format),
    }));
  }

  async vcon(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const context = await this.#enter(request, 'VCON');
    parametersOf(request, []);
    const interaction = await this.#found('Interaction', request, context.loaders.interactions);
    await this.#send(reply, context, { kind: 'VCON', subjectId: interaction.id }, async () => ({
      filename: `${interaction.id}.vcon.json`,
      contentType: 'application/json; charset=utf-8',
      contents: await vconContents(this.parts.source, await vconParts(interaction, context)),
    }));
  }

  async call(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const context = await this.#enter(request, 'CALL_JSON');
    parametersOf(request, []);
    const call = await this.#found('Call', request, context.loaders.calls);
    await this.#send(reply, context, { kind: 'CALL_JSON', subjectId: call.id }, async () => ({
      filename: `call-${call.id}.json`,
      contentType: 'application/json; charset=utf-8',
      contents: await callContents(this.parts.source, call),
    }));
  }

  async #enter(request: FastifyRequest, kind: ExportKind): Promise<GraphQLContext> {
    const { authenticator, services } = this.parts;
    const viewer = await authenticator.identify(request.url, request.headers.authorization);
    if (!may(viewer.role, EXPORT_NEEDS[kind])) throw new Forbidden();
    return createContext(services, viewer, request.id);
  }

  #wanted({ filter, orderBy }: Record<string, string>): WantedInteractions {
    const { schema } = this.parts;
    return {
      filter: readJsonInput(schema, 'InteractionFilter', 'filter', filter) as InteractionFilter | null,
      orderBy: readJsonInput(schema, 'InteractionOrder', 'orderBy', orderBy) as InteractionOrder | null,
    };
  }

  /** By its global id, its bare uuid, or the id of one that was merged into it. */
  async #found<T>(
    type: 'Interaction' | 'Call',
    request: FastifyRequest,
    loader: { load(id: string): Promise<T | null> },
  ): Promise<T> {
    const id = localId(type, (request.params as { id: string }).id);
    const row = id === null ? null : await loader.load(id);
    if (row === null) throw new NotFound(type.toLowerCase());
    return row;
  }

  async #send(
    reply: FastifyReply,
    { viewer, frame }: GraphQLContext,
    { kind, subjectId, detail = {} }: Noted,
    open: () => Promise<Opened>,
  ): Promise<void> {
    const { downloads, source } = this.parts;
    const deed = { action: 'EXPORTED' as const, subjectId, detail: { kind, ...detail } };
    await downloads.send(reply, viewer.tenantId, async () => {
      const { contents, ...file } = await open();
      try {
        await inTransaction(source.db, (tx) =>
          audit(tx, viewer.tenantId, actorOf(viewer), [deed], frame.now),
        );
      } catch (error) {
        await contents.stop();
        throw error;
      }
      return { ...file, ...contents };
    });
  }
}

/** A parameter that is not known is refused: a filter whose name is misspelt would export everything. */
function parametersOf(request: FastifyRequest, names: readonly string[]): Record<string, string> {
  const given = Object.entries(request.query as Record<string, unknown>).filter(([name]) => name !== 'link');
  for (const [name, value] of given) {
    if (!names.includes(name)) throw new BadUserInput(nameable(name), 'is not a parameter of this export');
    if (typeof value !== 'string') throw new BadUserInput(name, 'is given more than once');
  }
  return Object.fromEntries(given) as Record<string, string>;
}

const nameable = (name: string): string => (/^\w{1,40}$/.test(name) ? name : 'query');
