// Every kind of call through the client of openapi-generator's `typescript-fetch`.
import { CaseApi, CaseRecordToJSON, Configuration, EvidenceApi, IdentityApi, ResponseError, SupervisionApi, SyncApi } from "../generated/fetch/index.js";
import type { Problem } from "../generated/fetch/index.js";
import { equal, given, got, present, scene } from "./scene.js";

const as = (token?: string) => new Configuration({ basePath: scene.base, ...(token !== undefined && { accessToken: token }) });

async function signIn(login: string): Promise<Configuration> {
  const session = await new IdentityApi(as()).createSession({ NewSession: { login, password: scene.password } });
  return as(session.access_token);
}

/** The problem that a call is refused with. */
async function refusal(call: Promise<unknown>): Promise<Problem> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ResponseError) return (await error.response.json()) as Problem;
    throw error;
  }
  throw new Error("it was not refused");
}

const head = await signIn("unit-head");
const supervisor = await signIn("county-supervisor");
const phone = as(scene.phone_token);

// A list in pages.
const people = new IdentityApi(supervisor);
let cursor: string | undefined;
let officers = 0;
do {
  const page = await people.listOfficers({ limit: 3, ...(cursor !== undefined && { cursor }) });
  officers += page.items.length;
  cursor = page.next_cursor ?? undefined;
} while (cursor !== undefined);
equal(officers, scene.officers, "officers in all pages");

// A creation that is repeated is done once.
const leads = new SupervisionApi(supervisor);
const raise = () =>
  leads.raiseLead({
    Idempotency_Key: "typescript-fetch",
    NewLead: { _case: scene.case, kind: "procedure", text: "询问笔录未逐页签名" },
  });
equal((await raise()).id, (await raise()).id, "the same lead");

// Refusals are typed problems.
const cases = new CaseApi(head);
const nothing = await refusal(cases.readCase({ id: "0".repeat(64) }));
equal([nothing.status, nothing.code], [404, "not_found"], "a case that is not there");
equal((await refusal(people.listOfficers({ limit: 0 }))).code, "malformed", "a limit of nothing");

// A command names what it saw; the next one on the same basis is stale.
const seen = await cases.readCaseRaw({ id: scene.case });
const tag = present(seen.raw.headers.get("ETag"), "ETag");
equal(tag, `"${(await seen.value()).basis}"`, "the tag is the basis");
const giveBack = () =>
  cases.returnRecord({
    id: scene.case,
    If_Match: tag,
    Return: { target: scene.record, reason: "请补充询问标价签的制作时间" },
  });
equal((await giveBack()).status, "returned", "returned");
const stale = await refusal(giveBack());
equal([stale.status, stale.code], [412, "stale"], "the same basis twice");

// What did not change is not sent again.
const sync = new SyncApi(phone);
const reference = await sync.readReferenceRaw({});
const version = present(reference.raw.headers.get("ETag"), "ETag");
try {
  await sync.readReference({ If_None_Match: version });
  throw new Error("it was sent again");
} catch (error) {
  if (!(error instanceof ResponseError)) throw error;
  equal(error.response.status, 304, "unchanged");
}

// Bytes up: a push, and a file in pieces.
await got("pushed.cbor", await sync.pushChanges({ body: given("push.cbor") }));
const files = new EvidenceApi(phone);
const file = given("file");
const begun = await files.createUploadRaw({
  Tus_Resumable: "1.0.0",
  Upload_Length: file.size,
  Upload_Metadata: scene.metadata,
});
const upload = present(begun.raw.headers.get("Location")?.split("/").pop(), "Location");
const half = Math.floor(file.size / 2);
for (const [from, to] of [[0, half], [half, file.size]] as const) {
  const sent = await files.uploadPieceRaw({ upload, Tus_Resumable: "1.0.0", Upload_Offset: from, body: file.slice(from, to) });
  equal([sent.raw.status, sent.raw.headers.get("Upload-Offset")], [204, String(to)], "a piece");
  if (from === 0) {
    const stands = await files.uploadStatusRaw({ upload, Tus_Resumable: "1.0.0" });
    equal(stands.raw.headers.get("Upload-Offset"), String(half), "how far it is");
  }
}

// Bytes down: the feed, a file, a spreadsheet; and the signed record.
await got("pulled.cbor", await sync.pullChanges({ limit: 500 }));
const evidence = new EvidenceApi(head);
await got("evidence", await evidence.readEvidence({ _case: scene.case, digest: scene.digest }));
const part = await evidence.readEvidenceRaw({ _case: scene.case, digest: scene.digest, Range: "bytes=1-3" });
equal([part.raw.status, (await part.raw.blob()).size], [206, 3], "a part");
const sheet = await cases.exportCasesRaw({ format: "xlsx" });
await got("export.xlsx", await sheet.raw.blob());
await got("record.json", JSON.stringify(CaseRecordToJSON(await cases.readRecord({ id: scene.closed }))));
