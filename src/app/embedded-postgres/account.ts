import { spawnSync } from 'node:child_process';
import { chownSync, lchownSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join, parse } from 'node:path';
import type { Installation } from './installation.js';

interface Ids {
  readonly uid: number;
  readonly gid: number;
}

/** Under whose name PostgreSQL runs. It refuses to be root. */
export interface Account {
  readonly description: string;
  /** For `spawn`: whom to become, and a working folder that everybody may enter. */
  readonly spawnOptions: { readonly uid?: number; readonly gid?: number; readonly cwd: string };
  /** The command line that runs a program under this account. */
  command(program: string, args: string[]): { file: string; args: string[] };
  /** Who must own the data folder; null when whatever we create is right. */
  readonly owner: Ids | null;
}

const UNPRIVILEGED_USERS = ['postgres', 'node', 'nobody'];
/** The `nobody` of nearly every system: `initdb` wants a number that has a name. */
const NAMESPACE_ID = 65534;

/** The account for this installation and data folder, or null: nobody but root could reach both. */
export function chooseAccount(installation: Installation, dataDir: string): Account | null {
  const cwd = parse(dataDir).root;
  if (process.getuid?.() !== 0) return ordinary(cwd);
  const accounts = [...unprivilegedUsers(cwd), userNamespace(cwd)];
  return accounts.find((account) => canReach(account, installation, dataDir)) ?? null;
}

/** Hands the folder to the account, with everything in it, if somebody else owns it. */
export function giveTo(account: Account, folder: string): void {
  const { owner } = account;
  if (!owner || statSync(folder).uid === owner.uid) return;
  const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  for (const entry of entries) lchownSync(join(folder, entry), owner.uid, owner.gid);
  // Last, because it is what the test above looks at: a hand-over cut short is begun again.
  chownSync(folder, owner.uid, owner.gid);
}

const asIs: Account['command'] = (file, args) => ({ file, args });

function ordinary(cwd: string): Account {
  return { description: 'our own user', spawnOptions: { cwd }, command: asIs, owner: null };
}

function unprivilegedUsers(cwd: string): Account[] {
  const users = new Map(readUsers());
  return UNPRIVILEGED_USERS.flatMap((name) => {
    const ids = users.get(name);
    if (!ids || !(ids.uid > 0)) return [];
    return { description: `user ${name}`, spawnOptions: { ...ids, cwd }, command: asIs, owner: ids };
  });
}

function readUsers(): [string, Ids][] {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  return lines.map((line) => {
    const [name = '', , uid, gid] = line.split(':');
    return [name, { uid: Number(uid), gid: Number(gid) }];
  });
}

/** Root outside, so that it reaches root's private folders; a nobody inside, so that PostgreSQL starts. */
function userNamespace(cwd: string): Account {
  const prefix = ['--user', `--map-user=${NAMESPACE_ID}`, `--map-group=${NAMESPACE_ID}`];
  return {
    description: 'a user namespace',
    spawnOptions: { cwd },
    command: (program, args) => ({ file: 'unshare', args: [...prefix, program, ...args] }),
    owner: { uid: 0, gid: 0 },
  };
}

function canReach(account: Account, installation: Installation, dataDir: string): boolean {
  const succeeds = (program: string, args: string[]): boolean => {
    const command = account.command(program, args);
    const options = { ...account.spawnOptions, env: installation.environment };
    return spawnSync(command.file, command.args, options).status === 0;
  };
  return succeeds(installation.postgres, ['--version']) && succeeds('test', ['-x', dataDir]);
}
