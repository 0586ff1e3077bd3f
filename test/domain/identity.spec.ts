import { describe, expect, it } from '@jest/globals';
import type { Group } from '../../src/domain/correlate.js';
import type { Redirect } from '../../src/domain/identity.js';
import { assignIds, partingIds } from '../../src/domain/identity.js';

const group = (...legIds: string[]): Group => ({ legIds, shared: new Map(), byPerson: new Map() });

interface Case {
  name: string;
  /** Groups now, earliest leg first: `d1 a1`. */
  groups: string[];
  /** Where each leg was: `d1: I1`; a leg that is not named was nowhere. */
  was: Record<string, string>;
  redirects?: Redirect[];
  survivorId?: string;
  leaverId?: string;
  /** The ids of the groups, in their order. */
  ids: string[];
  merged?: Redirect[];
  moved?: Redirect[];
  revived?: string[];
}

const follows = (id: string, survivorId: string, legId: string): Redirect => ({ id, survivorId, legId });

const CASES: Case[] = [
  { name: 'a group of new legs is a new interaction', groups: ['d1 a1'], was: {}, ids: ['new1'] },
  {
    name: 'a leg that joins takes the id of the group',
    groups: ['d1 a1'],
    was: { a1: 'I1' },
    ids: ['I1'],
  },
  {
    name: 'of two interactions that become one the oldest survives, whichever began first',
    groups: ['d1 a1'],
    was: { d1: 'I2', a1: 'I1' },
    ids: ['I1'],
    merged: [follows('I2', 'I1', 'd1')],
  },
  {
    name: 'unless a person wants another to survive',
    groups: ['d1 a1'],
    was: { d1: 'I1', a1: 'I2' },
    survivorId: 'I2',
    ids: ['I2'],
    merged: [follows('I1', 'I2', 'd1')],
  },
  {
    name: 'when legs part the interaction goes where its earliest leg goes',
    groups: ['d1', 'a1'],
    was: { d1: 'I1', a1: 'I1' },
    ids: ['I1', 'new1'],
  },
  {
    name: 'but stays with the others when a person takes the earliest out',
    groups: ['d1', 'a1 a2'],
    was: { d1: 'I1', a1: 'I1', a2: 'I1' },
    leaverId: 'd1',
    ids: ['new1', 'I1'],
  },
  {
    name: 'a leg that is taken out of nothing but itself keeps its id',
    groups: ['d1'],
    was: { d1: 'I1' },
    leaverId: 'd1',
    ids: ['I1'],
  },
  {
    name: 'what came by a merge leaves with the id that it had',
    groups: ['d1', 'a1'],
    was: { d1: 'I1', a1: 'I1' },
    redirects: [follows('I2', 'I1', 'a1')],
    ids: ['I1', 'I2'],
    revived: ['I2'],
  },
  {
    name: 'also when it began first',
    groups: ['d1', 'a1'],
    was: { d1: 'I1', a1: 'I1' },
    redirects: [follows('I2', 'I1', 'd1')],
    ids: ['I2', 'I1'],
    revived: ['I2'],
  },
  {
    name: 'of several ids that leave together the oldest is there again, and the others lead to it',
    groups: ['d1', 'a1 h1'],
    was: { d1: 'I1', a1: 'I1', h1: 'I1' },
    redirects: [follows('I2', 'I1', 'h1'), follows('I3', 'I1', 'a1')],
    ids: ['I1', 'I2'],
    moved: [follows('I3', 'I2', 'a1')],
    revived: ['I2'],
  },
  {
    name: 'an id follows its leg into an interaction that has one',
    groups: ['d1', 'd2 a1'],
    was: { d1: 'I1', a1: 'I1', d2: 'I4' },
    redirects: [follows('I2', 'I1', 'a1')],
    ids: ['I1', 'I4'],
    moved: [follows('I2', 'I4', 'a1')],
  },
  {
    name: 'an id whose leg stays leads where it led',
    groups: ['d1 h1', 'a1'],
    was: { d1: 'I1', a1: 'I1', h1: 'I1' },
    redirects: [follows('I2', 'I1', 'h1')],
    ids: ['I1', 'new1'],
  },
];

describe('the ids of interactions whose legs are joined anew', () => {
  it.each(CASES)('$name', ({ groups, was, redirects = [], survivorId, leaverId, ...expected }) => {
    const { ids, merged = [], moved = [], revived = [] } = expected;
    let named = 0;
    const wishes = {
      survivorId: survivorId ?? null,
      leaverId: leaverId ?? null,
      redirects,
      nameNew: () => `new${(named += 1)}`,
    };
    const legs = groups.map((names) => group(...names.split(' ')));
    const { assignments, ...rest } = assignIds(legs, new Map(Object.entries(was)), wishes);
    expect({ ids: assignments.map(({ interactionId }) => interactionId), ...rest }).toEqual({
      ids,
      merged,
      moved,
      revived,
    });
    expect(assignments.map((one) => one.group)).toEqual(legs);
  });
});

it('interactions part whose legs are in several groups', () => {
  const groups = [group('d1', 'd2'), group('a1'), group('h1')];
  const was = new Map([
    ['d1', 'I1'],
    ['a1', 'I1'],
    ['d2', 'I2'],
    ['h1', null],
  ]);
  expect(partingIds(groups, was)).toEqual(['I1']);
});
