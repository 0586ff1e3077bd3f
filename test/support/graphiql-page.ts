import type { Browser, BrowserContext, Page } from 'playwright-core';

export interface OpenOptions {
  /** What follows the path: `?query=...`. */
  search?: string;
  /** Acts before the page is loaded: to fill the storage, to break a request. */
  prepare?: (context: BrowserContext) => Promise<unknown>;
}

/** Where the page keeps the query in its editor: the proof that it has taken notice of a change. */
const QUERY_KEY = 'throughline:graphiql:query';
const TIMEOUT_MS = 15_000;

/** GraphiQL in a browser profile of its own, driven as a person would: by what is on the screen. */
export class GraphiqlPage {
  /** Requests and sockets to anywhere but the server under test. */
  readonly outside: string[] = [];
  /** What the browser's console showed in red. */
  readonly errors: string[] = [];

  private constructor(
    private readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  /** `server` is the address of the server: `http://127.0.0.1:4000`. Whoever opens closes. */
  static async open(browser: Browser, server: string, options: OpenOptions = {}): Promise<GraphiqlPage> {
    // High, for the editors render only the lines that are seen.
    const context = await browser.newContext({ viewport: { width: 1440, height: 1400 } });
    context.setDefaultTimeout(TIMEOUT_MS);
    await options.prepare?.(context);
    const graphiql = new GraphiqlPage(context, await context.newPage());
    graphiql.watch(new URL(server).host);
    await graphiql.page.goto(new URL(`/graphiql${options.search ?? ''}`, server).href);
    await graphiql.ready();
    return graphiql;
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  close(): Promise<void> {
    return this.context.close();
  }

  /** The names of the tabs, and so of their operations: `Live feed` is `LiveFeed`. */
  tabs(): Promise<string[]> {
    return this.page.locator('.graphiql-tab-button').allInnerTexts();
  }

  activeTab(): Promise<string> {
    return this.page.locator('.graphiql-tab-active .graphiql-tab-button').innerText();
  }

  /** By the title of an example, or by the name of the operation. */
  async selectTab(title: string): Promise<void> {
    const name = tabName(title);
    await this.page.locator('.graphiql-tab-button', { hasText: new RegExp(`^${name}$`) }).click();
    await this.page.waitForFunction(
      ([key, operation]) => new RegExp(`\\b${operation}\\b`).test(localStorage.getItem(key) ?? ''),
      [QUERY_KEY, name] as const,
    );
  }

  async setQuery(text: string): Promise<void> {
    await this.paste('Operation Editor', text);
    await this.page.waitForFunction(([key, query]) => localStorage.getItem(key) === query, [
      QUERY_KEY,
      text,
    ] as const);
  }

  async setVariables(variables: Record<string, unknown>): Promise<void> {
    await this.page.getByRole('button', { name: 'Variables', exact: true }).click();
    await this.paste('Variables', JSON.stringify(variables));
  }

  async setHeaders(headers: Record<string, string>): Promise<void> {
    await this.page.getByRole('button', { name: 'Headers', exact: true }).click();
    await this.paste('Headers', JSON.stringify(headers));
  }

  /** Starts the operation of the tab. Two frames later the last response is off the screen. */
  async run(): Promise<void> {
    await this.page.getByRole('button', { name: /^Execute query/ }).click();
    await this.page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
    );
  }

  /** Ends a subscription. */
  async stop(): Promise<void> {
    await this.page.getByRole('button', { name: /^Stop query/ }).click();
  }

  /** Waits until the response shows this, and gives the whole of what it shows. */
  async response(shows: string | RegExp): Promise<string> {
    return this.shown('.result-window', shows);
  }

  /** The same of the headers editor. */
  async headers(shows: string | RegExp): Promise<string> {
    return this.shown('.graphiql-editor-tool .graphiql-editor:not(.hidden)', shows);
  }

  /** The same of the operation editor. */
  async query(shows: string | RegExp): Promise<string> {
    return this.shown('.graphiql-query-editor', shows);
  }

  private async ready(): Promise<void> {
    await this.page.locator('.graphiql-query-editor .view-line').first().waitFor();
    await this.page.locator('.result-window .view-lines').waitFor({ state: 'attached' });
  }

  private async shown(editor: string, shows: string | RegExp): Promise<string> {
    const { source, flags } =
      shows instanceof RegExp ? shows : new RegExp(shows.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
    const lines = `${editor} .view-line`;
    try {
      const found = await this.page.waitForFunction(readLines, { lines, source, flags });
      return String(await found.jsonValue());
    } catch (error) {
      const screen = await this.page.evaluate(readLines, { lines, source: '', flags });
      throw new Error(`GraphiQL never showed ${String(shows)}, but:\n${screen || '(nothing)'}`, {
        cause: error,
      });
    }
  }

  /** Pasted: what is typed key by key, the editors complete, indent and close. */
  private async paste(section: string, text: string): Promise<void> {
    await this.page.getByLabel(section, { exact: true }).locator('.view-lines:visible').click();
    await this.page.keyboard.press('ControlOrMeta+A');
    await this.page.evaluate((pasted) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', pasted);
      document.activeElement?.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
      );
    }, text);
  }

  private watch(host: string): void {
    const note = (url: string) => {
      const { protocol, host: asked } = new URL(url);
      if (!['data:', 'blob:'].includes(protocol) && asked !== host) this.outside.push(url);
    };
    this.context.on('request', (request) => note(request.url()));
    this.page.on('websocket', (socket) => note(socket.url()));
    this.page.on('pageerror', (error) => this.errors.push(error.message));
    this.page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(message.text());
    });
  }
}

/** GraphiQL names a tab after its operation; the examples' operations are their titles in one word. */
function tabName(title: string): string {
  const words = title.split(/[^A-Za-z0-9]+/).filter(Boolean);
  return words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('');
}

/**
 * Runs in the page: the text of an editor if it matches, else null. The lines lie in the document in the
 * order in which they were drawn, and their spaces do not break.
 */
function readLines({
  lines,
  source,
  flags,
}: {
  lines: string;
  source: string;
  flags: string;
}): string | null {
  const drawn = [...document.querySelectorAll<HTMLElement>(lines)];
  const sorted = drawn.sort((a, b) => a.offsetTop - b.offsetTop);
  const text = sorted.map((line) => (line.textContent ?? '').replaceAll('\u00a0', ' ')).join('\n');
  return new RegExp(source, flags).test(text) ? text : null;
}
