import type { GraphQLSchema } from 'graphql';
import { Args, Ctx, Info, Query, Resolver } from 'type-graphql';
import { BadUserInput, Forbidden, NotFound } from '../../domain/errors.js';
import { may } from '../../domain/permissions.js';
import { isOneOf } from '../../domain/words.js';
import { interactionWhere } from '../../storage/list/filter.js';
import { Params } from '../../storage/list/params.js';
import type { GraphQLContext } from '../context.js';
import { writeJsonInput } from '../json-input.js';
import { localId } from '../node.js';
import type { CallExport, InteractionExport, ListExport } from './export-address.js';
import { EXPORT_NEEDS, EXPORT_PATHS, exportPath, LIST_EXPORTS } from './export-address.js';
import { ExportUrlArgs, ExportUrlType } from './export.type.js';

/** Longer ones do not fit into the first line of a request everywhere. In characters. */
const LONGEST_QUERY = 6_000;

@Resolver()
export class ExportResolver {
  @Query(() => ExportUrlType, {
    description:
      'A signed address of an export, for a browser that cannot send a key. Each download is noted in the audit log.',
  })
  async exportUrl(
    @Args(() => ExportUrlArgs) args: ExportUrlArgs,
    @Info() { schema }: { schema: GraphQLSchema },
    @Ctx() context: GraphQLContext,
  ): Promise<ExportUrlType> {
    const { links, publicUrl, viewer, frame } = context;
    const { path, expiresAt } = links.sign(viewer, await addressOf(args, schema, context), frame.now);
    return { url: publicUrl() + path, expiresAt };
  }
}

async function addressOf(
  args: ExportUrlArgs,
  schema: GraphQLSchema,
  context: GraphQLContext,
): Promise<string> {
  const { kind, id = null, filter = null, orderBy = null } = args;
  if (isOneOf<ListExport>(LIST_EXPORTS, kind)) {
    if (id !== null) throw new BadUserInput('id', 'is not asked for by the export of a list');
    return listAddress(kind, args, schema, context);
  }
  if (filter !== null) throw new BadUserInput('filter', 'is for the export of a list');
  if (orderBy !== null) throw new BadUserInput('orderBy', 'is for the export of a list');
  if (id === null) throw new BadUserInput('id', 'must say of what');
  return exportPath(kind, await exportedId(kind, id, context));
}

/** A filter that the export would refuse is refused here. */
function listAddress(
  kind: ListExport,
  { filter = null, orderBy = null }: ExportUrlArgs,
  schema: GraphQLSchema,
  { frame }: GraphQLContext,
): string {
  interactionWhere(filter, frame, new Params());
  const query = new URLSearchParams();
  if (filter !== null) query.set('filter', writeJsonInput(schema, 'InteractionFilter', filter));
  if (orderBy !== null) query.set('orderBy', writeJsonInput(schema, 'InteractionOrder', orderBy));
  const text = query.toString();
  if (text.length > LONGEST_QUERY) throw new BadUserInput('filter', 'is too long for a link');
  return text === '' ? EXPORT_PATHS[kind] : `${EXPORT_PATHS[kind]}?${text}`;
}

/** The one that the link will open: a merged interaction's survivor. */
async function exportedId(
  kind: InteractionExport | CallExport,
  id: string,
  { loaders, viewer }: GraphQLContext,
): Promise<string> {
  const isCall = kind === 'CALL_JSON';
  if (!may(viewer.role, EXPORT_NEEDS[kind])) throw new Forbidden();
  const local = localId(isCall ? 'Call' : 'Interaction', id);
  const row = local === null ? null : await (isCall ? loaders.calls : loaders.interactions).load(local);
  if (row === null) throw new NotFound(isCall ? 'call' : 'interaction');
  return row.id;
}
