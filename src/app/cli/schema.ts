import { buildThroughlineSchema, printThroughlineSchema } from '../../graphql/schema.js';
import type { Command } from './commands.js';

/** `schema`: the GraphQL schema as text, as it stands in `schema.graphql`. */
export const schema: Command = {
  usage: 'schema',
  sentence: 'Prints the GraphQL schema.',
  options: [],
  run: async ({ print }) => {
    print(printThroughlineSchema(await buildThroughlineSchema()).trimEnd());
    return 0;
  },
};
