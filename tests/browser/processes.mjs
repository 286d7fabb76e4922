// The real binary: servers over directories of their own, and officers' phones that speak to them.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const palm = process.env.PALM ?? new URL('../../target/debug/palm', import.meta.url).pathname;
const directory = mkdtempSync(join(tmpdir(), 'palm-browser-'));
const running = [];

/** Starts a process; `line` is called with each line of its standard output. */
function start(args, env, line) {
  const { PALM_DATABASE_URL, PALM_FIRST_DATABASE_URL, ...rest } = process.env;
  const stdio = ['pipe', 'pipe', process.env.NOISE ? 'inherit' : 'ignore'];
  const child = spawn(palm, args, { env: { ...rest, ...env }, stdio });
  running.push(child);
  createInterface({ input: child.stdout }).on('line', line);
  return child;
}

/** Starts a server called `name` on an empty database; answers its address and the address of the first run. */
export function server(name, database) {
  return new Promise((resolve, reject) => {
    let base;
    const args = ['serve', '--dir', join(directory, name), '--listen', '127.0.0.1:0'];
    const child = start(args, database ? { PALM_DATABASE_URL: database } : {}, (line) => {
      base ??= line.match(/^palm listening on (.+)$/)?.[1];
      const first = line.match(/^palm first run: (.+)$/)?.[1];
      if (first) resolve({ base: `http://${base}`, first });
    });
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
}

/** One officer's phone: JSON commands in, JSON answers out. */
export class Phone {
  constructor(name) {
    this.next = 0;
    this.waiting = new Map();
    this.child = start(['phone', '--dir', join(directory, name)], {}, (line) => {
      const said = JSON.parse(line);
      this.waiting.get(said.id)?.(said);
    });
    this.child.on('exit', () => { for (const wake of this.waiting.values()) wake({ ended: name }); });
  }

  /** Does something that must succeed. */
  async do(verb, fields = {}) {
    const id = this.next++;
    const answer = new Promise((resolve) => this.waiting.set(id, resolve));
    this.child.stdin.write(`${JSON.stringify({ id, do: verb, ...fields })}\n`);
    const said = await answer;
    this.waiting.delete(id);
    if (!('ok' in said)) throw new Error(`${verb}: ${JSON.stringify(said)}`);
    return said.ok;
  }
}

/** Ends everything and removes what it left. */
export function end() {
  for (const child of running) { child.removeAllListeners('exit'); child.kill('SIGKILL'); }
  rmSync(directory, { recursive: true, force: true });
}
