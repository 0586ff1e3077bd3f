import 'graphiql/setup-workers/vite';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { createElement as h } from 'react';
import { createRoot } from 'react-dom/client';
import { examples } from './examples.js';
import { createStorage } from './storage.js';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import './style.css';

const { demoKey, tenant } = await loadConfig();
const headers = print({ authorization: `Bearer ${demoKey ?? '<your key>'}` });
const linked = linkedQuery();
const tabs = examples.map(({ query, variables }) => ({
  query,
  headers,
  variables: variables && print(variables),
}));

createRoot(document.getElementById('root')).render(
  h(
    GraphiQL,
    {
      fetcher: createFetcher(),
      storage: createStorage(headers),
      plugins: [HISTORY_PLUGIN, explorerPlugin({ showAttribution: false })],
      // A tab whose headers are not stored, hence every tab after a reload, starts with the default ones.
      defaultHeaders: headers,
      shouldPersistHeaders: false,
      defaultTabs: linked ? [{ ...linked, headers }, ...tabs] : tabs,
      ...(linked && { initialQuery: linked.query, initialVariables: linked.variables }),
      defaultEditorToolsVisibility: linked?.variables ? 'variables' : 'headers',
      inputValueDeprecation: true,
      schemaDescription: true,
    },
    h(GraphiQL.Logo, null, 'Throughline', tenant && h('span', { className: 'tenant' }, ` ${tenant}`)),
  ),
);

/** The page is of use without it, too: the key is then typed by hand. */
async function loadConfig() {
  try {
    const response = await fetch('config.json');
    return response.ok ? await response.json() : {};
  } catch {
    return {};
  }
}

/** `?query=...&variables=...` opens in a tab of its own. */
function linkedQuery() {
  const params = new URL(location.href).searchParams;
  const query = params.get('query');
  return query && { query, variables: params.get('variables') ?? '' };
}

/**
 * `subscriptionUrl`, not a client of our own: the fetcher then sends the headers of the tab as the
 * connection parameters, so that the one key serves both ways.
 */
function createFetcher() {
  const url = new URL('/graphql', location.href);
  const subscriptionUrl = new URL(url);
  subscriptionUrl.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return createGraphiQLFetcher({
    url: url.href,
    subscriptionUrl: subscriptionUrl.href,
    // The page asks for the schema before any tab has been looked at; a tab's own headers come on top of these.
    ...(demoKey && { headers: { authorization: `Bearer ${demoKey}` } }),
    // The server has no @defer; without it the fetcher asks for application/graphql-response+json.
    enableIncrementalDelivery: false,
  });
}

function print(value) {
  return JSON.stringify(value, null, 2);
}
