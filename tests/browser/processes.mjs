// The real binary: a server over a directory of its own, and officers' phones that speak to it.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const palm = process.env.PALM ?? new URL('../../target/debug/palm', import.meta.url).pathname;
const directory = mkdtempSync(join(tmpdir(), 'palm-browser-'));
const running = [];

/** Starts a process; `line` is called with each line of its standard output. */
function start(args, line) {
  const child = spawn(palm, args, { stdio: ['pipe', 'pipe', process.env.NOISE ? 'inherit' : 'ignore'] });
  running.push(child);
  createInterface({ input: child.stdout }).on('line', line);
  return child;
}

/** Starts the server on an empty database; answers its address and the address of the first run. */
export function server() {
  return new Promise((resolve, reject) => {
    let base;
    const args = ['serve', '--dir', join(directory, 'server'), '--listen', '127.0.0.1:0'];
    const child = start(args, (line) => {
      base ??= line.match(/^palm listening on (.+)$/)?.[1];
      const first = line.match(/^palm first run: (.+)$/)?.[1];
      if (first) resolve({ base: `http://${base}`, first });
    });
    child.on('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
}

/** One officer's phone: JSON commands in, JSON answers out. */
export class Phone {
  constructor(name) {
    this.next = 0;
    this.waiting = new Map();
    this.child = start(['phone', '--dir', join(directory, name)], (line) => {
      const said = JSON.parse(line);
      this.waiting.get(said.id)?.(said);
    });
  }

  /** Does something that must succeed. */
  async do(verb, fields = {}) {
    const id = this.next++;
    const answer = new Promise((resolve) => this.waiting.set(id, resolve));
    this.child.stdin.write(`${JSON.stringify({ id, do: verb, ...fields })}\n`);
    const said = await answer;
    if (!('ok' in said)) throw new Error(`${verb}: ${JSON.stringify(said)}`);
    return said.ok;
  }
}

/** Ends everything and removes what it left. */
export function end() {
  for (const child of running) { child.removeAllListeners('exit'); child.kill('SIGKILL'); }
  rmSync(directory, { recursive: true, force: true });
}
