// Every kind of call through openapi-fetch, with the types of openapi-typescript.
import createClient from "openapi-fetch";
import type { components, paths } from "../generated/paths.js";
import { equal, given, got, present, scene } from "./scene.js";

type Problem = components["schemas"]["Problem"];

const client = (token?: string) =>
  createClient<paths>({ baseUrl: scene.base, headers: token === undefined ? {} : { Authorization: `Bearer ${token}` } });

const BINARY = { bodySerializer: (body: Blob) => body, parseAs: "blob" } as const;

async function signIn(login: string) {
  const { data } = await client().POST("/v1/sessions", { body: { login, password: scene.password } });
  return client(present(data, "the session").access_token);
}

/** The code of a refusal, as the document lists it. */
function code(problem: Problem | undefined): Problem["code"] {
  return present(problem, "a problem").code;
}

const head = await signIn("unit-head");
const supervisor = await signIn("county-supervisor");
const phone = client(scene.phone_token);

// A list in pages.
let cursor: string | undefined;
let officers = 0;
do {
  const { data } = await supervisor.GET("/v1/officers", { params: { query: { limit: 3, ...(cursor && { cursor }) } } });
  officers += present(data, "a page").items.length;
  cursor = present(data, "a page").next_cursor ?? undefined;
} while (cursor !== undefined);
equal(officers, scene.officers, "officers in all pages");

// A creation that is repeated is done once.
const raise = () =>
  supervisor.POST("/v1/leads", {
    params: { header: { "Idempotency-Key": "openapi-fetch" } },
    body: { case: scene.case, kind: "procedure", text: "询问笔录未逐页签名" },
  });
const [first, second] = [await raise(), await raise()];
equal(first.response.status, 201, "raised");
equal(present(second.data, "the lead").id, present(first.data, "the lead").id, "the same lead");

// Refusals are typed problems.
const nothing = await head.GET("/v1/cases/{id}", { params: { path: { id: "0".repeat(64) } } });
equal(code(nothing.error), "not_found", "a case that is not there");
equal(present(nothing.error, "a problem").status, 404, "its status");
const wrong = await supervisor.GET("/v1/officers", { params: { query: { limit: 0 } } });
equal(code(wrong.error), "malformed", "a limit of nothing");

// A command names what it saw; the next one on the same basis is stale.
const seen = await head.GET("/v1/cases/{id}", { params: { path: { id: scene.case } } });
const tag = present(seen.response.headers.get("ETag"), "ETag");
equal(tag, `"${present(seen.data, "the case").basis}"`, "the tag is the basis");
const giveBack = () =>
  head.POST("/v1/cases/{id}/return", {
    params: { path: { id: scene.case }, header: { "If-Match": tag } },
    body: { target: scene.record, reason: "请补充询问标价签的制作时间" },
  });
equal(present((await giveBack()).data, "the outcome").status, "returned", "returned");
const stale = await giveBack();
equal([stale.response.status, code(stale.error)], [412, "stale"], "the same basis twice");

// What did not change is not sent again.
const reference = await phone.GET("/v1/sync/reference");
const version = present(reference.response.headers.get("ETag"), "ETag");
const again = await phone.GET("/v1/sync/reference", { params: { header: { "If-None-Match": version } } });
equal(again.response.status, 304, "unchanged");

// Bytes up: a push, and a file in pieces.
const pushed = await phone.POST("/v1/sync/push", {
  body: given("push.cbor"),
  headers: { "Content-Type": "application/cbor" },
  ...BINARY,
});
await got("pushed.cbor", present(pushed.data, "receipts"));
const file = given("file");
const begun = await phone.POST("/v1/evidence", {
  params: { header: { "Tus-Resumable": "1.0.0", "Upload-Length": file.size, "Upload-Metadata": scene.metadata } },
});
const upload = present(begun.response.headers.get("Location")?.split("/").pop(), "Location");
const half = Math.floor(file.size / 2);
for (const [from, to] of [[0, half], [half, file.size]] as const) {
  const sent = await phone.PATCH("/v1/evidence/{upload}", {
    params: { path: { upload }, header: { "Tus-Resumable": "1.0.0", "Upload-Offset": from } },
    body: file.slice(from, to),
    headers: { "Content-Type": "application/offset+octet-stream" },
    bodySerializer: BINARY.bodySerializer,
  });
  equal([sent.response.status, sent.response.headers.get("Upload-Offset")], [204, String(to)], "a piece");
  if (from === 0) {
    const header = { "Tus-Resumable": "1.0.0" } as const;
    const stands = await phone.HEAD("/v1/evidence/{upload}", { params: { path: { upload }, header } });
    equal(stands.response.headers.get("Upload-Offset"), String(half), "how far it is");
  }
}

// Bytes down: the feed, a file, a spreadsheet; and the signed record.
const pulled = await phone.GET("/v1/sync/pull", { params: { query: { limit: 500 } }, parseAs: "blob" });
await got("pulled.cbor", present(pulled.data, "a page of the feed"));
const evidence = await head.GET("/v1/cases/{case}/evidence/{digest}", {
  params: { path: { case: scene.case, digest: scene.digest } },
  parseAs: "blob",
});
await got("evidence", present(evidence.data, "the file"));
const part = await head.GET("/v1/cases/{case}/evidence/{digest}", {
  params: { path: { case: scene.case, digest: scene.digest }, header: { Range: "bytes=1-3" } },
  parseAs: "blob",
});
equal([part.response.status, (part.data as Blob).size], [206, 3], "a part");
const sheet = await head.GET("/v1/cases/export", { params: { query: { format: "xlsx" } }, parseAs: "blob" });
await got("export.xlsx", present(sheet.data as Blob | undefined, "the spreadsheet"));
const record = await head.GET("/v1/cases/{id}/record", { params: { path: { id: scene.closed } } });
await got("record.json", JSON.stringify(present(record.data, "the record")));
