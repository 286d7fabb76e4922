// What the test that starts this client prepared, and what it is told.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Written by `tests/tests/acceptance/clients.rs`. */
export interface Scene {
  base: string;
  password: string;
  phone_token: string;
  /** A case with a record that can be returned. */
  case: string;
  record: string;
  /** A closed case. */
  closed: string;
  /** How many people the register has. */
  officers: number;
  /** The SHA-256 of a file that the case claims, in hex, and its type as tus announces both. */
  digest: string;
  metadata: string;
}

const directory = process.argv[2];
if (directory === undefined) throw new Error("say where the scene is");

export const scene = JSON.parse(readFileSync(join(directory, "scene.json"), "utf8")) as Scene;

/** Bytes that a request sends. */
export function given(name: string): Blob {
  return new Blob([readFileSync(join(directory as string, name))]);
}

/** Bytes that an answer brought: the test reads them. */
export async function got(name: string, bytes: Blob | ArrayBuffer | string): Promise<void> {
  const whole = bytes instanceof Blob ? await bytes.arrayBuffer() : bytes;
  writeFileSync(join(directory as string, name), typeof whole === "string" ? whole : Buffer.from(whole));
}

export function equal<T>(actual: T, wanted: T, what: string): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(wanted)];
  if (is !== should) throw new Error(`${what}: ${is} instead of ${should}`);
}

/** A value that must be there. */
export function present<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`${what} is missing`);
  return value;
}
