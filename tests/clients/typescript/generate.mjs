// Types for openapi-fetch, made from the API document. A binary body is a Blob.
import { readFile, writeFile, mkdir } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";

const [document, out] = process.argv.slice(2);
const BLOB = ts.factory.createTypeReferenceNode(ts.factory.createIdentifier("Blob"));
const made = await openapiTS(JSON.parse(await readFile(document, "utf8")), {
  transform: (schema) => (schema.format === "binary" ? BLOB : undefined),
});
await mkdir(new URL("./generated/", import.meta.url), { recursive: true });
await writeFile(out, astToString(made));
