//! Golden vectors: bytes that every version and every other implementation must agree on.
//!
//! `UPDATE=1 cargo test -p sync-core --test vectors` writes `tests/vectors/v1.json`; a diff in an
//! existing entry means that the format changed, which a released format never does.
#![cfg(test)]

use serde_json::{Value as Json, json};
use sync_core::case::{fold, place, resolution};
use sync_core::case_record::{CaseRecord, RecordEvidence, RecordOfficer};
use sync_core::change::{Anchor, Change, Clock, Header, NewOp, Reading, Received, shown_digest};
use sync_core::id::{
    AgencyId, BootId, CaseId, ChangeId, CheckCodeId, DeviceId, Digest, Epoch, OfficerId, TenantId, hex, unhex,
};
use sync_core::lease::{Block, Lease};
use sync_core::live::{LiveProof, Presented};
use sync_core::log::{Cursor, Frontier, Leaf, LeafClass, case_tag, leaf_hash};
use sync_core::message::{CaseHeads, Class, Missing, Pulled, Push, PushOutcome, Pushed, Reconcile, Reconciled};
use sync_core::op::{
    Act, Answers, CaseKind, Correction, FormVersion, OpId, OpRef, Open, Outcome, Signature, SignerRole, VerdictAct,
};
use sync_core::receipt::{Receipt, ReceiptEntry};
use sync_core::schema::{CERTIFICATE_SHOWN, CHECKLIST, REPEAT};
use sync_core::sign::{Signer as _, SoftwareKey, SoftwareVerifier};
use sync_core::time::Instant;
use sync_core::value::Value;
use sync_core::when::Grade;

const TENANT: TenantId = TenantId::new([0xa0; 16]);
const LI: OfficerId = OfficerId::new([0x11; 16]);
const WANG: OfficerId = OfficerId::new([0x22; 16]);
const NOON: i64 = 1_795_406_400_000;

fn key(byte: u8) -> SoftwareKey {
    SoftwareKey::from_secret(&[byte; 32]).unwrap()
}

fn lease(device: u8, officer: OfficerId) -> sync_core::lease::SignedLease {
    let lease = Lease {
        tenant: TENANT,
        device: DeviceId::new([device; 16]),
        key: key(device).public_key(),
        epoch: Epoch::new([device; 8]),
        officer,
        agency: AgencyId::new([0xb0; 16]),
        certificate: "22010200001".into(),
        certificate_ends: Instant::from_ms(NOON + 400 * 86_400_000),
        issued: Instant::from_ms(NOON),
        not_after: Instant::from_ms(NOON + 86_400_000),
        blocks: vec![Block {
            form: "spot_decision".into(),
            agency: AgencyId::new([0xb0; 16]),
            year: 2026,
            prefix: "（巫市监）当罚〔2026〕".into(),
            first: 41,
            last: 60,
        }],
    };
    lease.sign(&key(0xee)).unwrap()
}

struct Author {
    device: u8,
    officer: OfficerId,
    seq: u64,
    prev: Option<ChangeId>,
}

impl Author {
    fn write(&mut self, case: Option<CaseId>, deps: &[ChangeId], ops: Vec<NewOp>) -> Change {
        self.seq += 1;
        let server = self.device == 0;
        let lease = (!server).then(|| lease(self.device, self.officer).hash);
        let header = Header {
            tenant: TENANT,
            device: DeviceId::new([self.device; 16]),
            epoch: Epoch::new([self.device; 8]),
            seq: self.seq,
            prev: self.prev,
            officer: self.officer,
            lease,
            case,
            deps: deps.to_vec(),
            clock: Clock {
                wall: Instant::from_ms(NOON + 60_000 * i64::try_from(self.seq).unwrap()),
                monotonic_ms: 60_000 * self.seq,
                boot: BootId::new([self.device; 16]),
                // Wang works in a browser.
                counts_sleep: self.device != 2,
                anchor: lease.map(|lease| Anchor {
                    lease,
                    reading: (self.seq < 3).then_some(Reading { asked_ms: 1_000, came_ms: 1_250 }),
                }),
            },
            rules: Digest::new([0x77; 32]),
            ops: Digest::new([0; 32]),
        };
        let secret = [self.device ^ u8::try_from(self.seq).unwrap(); 32];
        let signer = if server { key(0xee) } else { key(self.device) };
        let change = Change::seal(header, ops, secret, &signer).unwrap();
        self.prev = Some(change.id());
        change
    }
}

fn add(entity: &str) -> NewOp {
    NewOp::add(entity, "a")
}

/// The answers to a form: of each type, a round of a repeated group, and a photograph that was asked for.
fn checklist() -> Vec<NewOp> {
    let form = FormVersion { form: "food_service".into(), version: 3, digest: Digest::new([0x66; 32]) };
    let form = Act::Add { entity: CHECKLIST, order: "a".into(), answers: Some(Answers::Form(form)) };
    let below = |entity: &str, path: &str| {
        let answers = Some(Answers::Question(path.into()));
        NewOp::new(Act::Add { entity: entity.into(), order: "a".into(), answers }).on(OpRef::Own(0))
    };
    let answer = |of: u32, path: &str, value: Value| NewOp::put(Some(OpRef::Own(of)), path, vec![], value);
    vec![
        NewOp::new(form),
        answer(0, "kitchen/clean", Value::Bool(true)),
        answer(0, "kitchen/freezer_c", Value::Decimal("-18.50".parse().unwrap())),
        answer(0, "kitchen/faults", Value::List(vec![Value::text("hood"), Value::text("light")])),
        below(REPEAT.as_str(), "dish"),
        answer(4, "name", Value::text("麻辣鸡（虚构）")),
        below("evidence", "kitchen/photo"),
        answer(6, "digest", Digest::new([0x11; 32]).into()),
    ]
}

/// Values that are numbers with digits after the point, and bytes that are none.
fn decimals() -> Json {
    let texts = ["0", "30", "3.25", "-18.5", "0.000000000000000001", "9223372036854775807", "-9.223372036854775808"];
    let read = |text: &str| json!({"text": text, "bytes": hex(&Value::Decimal(text.parse().unwrap()).to_bytes())});
    let refused = ["c48222190cb2", "c4822000", "c482200a", "c4823201", "c4820105", "c5822105", "d804822105"];
    json!({"read": texts.map(read), "refused": refused})
}

/// Two officers, an opening, a conflict, its resolution, a signature, a stranger dismissed, an unknown operation, a step
/// and its correction, the answers to a form.
fn changes() -> Vec<Change> {
    let mut li = Author { device: 1, officer: LI, seq: 0, prev: None };
    let mut wang = Author { device: 2, officer: WANG, seq: 0, prev: None };
    let mut stranger = Author { device: 3, officer: OfficerId::new([0x33; 16]), seq: 0, prev: None };
    let mut server = Author { device: 0, officer: OfficerId::new([0; 16]), seq: 0, prev: None };
    let open = Open {
        kind: CaseKind::Inspection,
        agency: AgencyId::new([0xb0; 16]),
        item: "SJ-C-001".into(),
        officers: vec![LI, WANG],
    };
    let here = NewOp::new(Act::RecordStep { step: "place".into() }).with(place(310_745_000, 1_098_790_000, 12));
    let name = NewOp::put(Some(OpRef::Own(1)), "name", vec![], Value::text("巫峡小馆（虚构）"));
    let dishes = NewOp::put(None, "unpriced_dishes", vec![], Value::Int(40));
    let first = li.write(None, &[], vec![NewOp::new(Act::Open(open)), add("party"), name, dishes, here]);
    let case = first.id();
    let op = |change: &Change, index| OpRef::Of(OpId { change: change.id(), index });
    let seats = |n, seen: Vec<OpRef>| NewOp::put(None, "seats", seen, Value::Int(n));
    let forty = li.write(Some(case), &[first.id()], vec![seats(40, vec![])]);
    let forty_two = wang.write(Some(case), &[first.id()], vec![seats(42, vec![])]);
    let strange = stranger.write(Some(case), &[first.id()], vec![seats(99, vec![])]);
    let verdict = Act::Verdict(VerdictAct { change: strange.id(), outcome: Outcome::Dismiss, code: "head".into() });
    let verdict = server.write(Some(case), &[strange.id()], vec![NewOp::new(verdict)]);
    let chosen = resolution(Value::Int(42), "两人重新清点");
    let resolve = NewOp { act: Act::Resolve, ..seats(0, vec![op(&forty, 0), op(&forty_two, 0)]) }.with(chosen);
    let resolved = li.write(Some(case), &[forty.id(), forty_two.id()], vec![resolve]);
    let shown = OpId { change: resolved.id(), index: 0 };
    let signature = Signature {
        form: "scene_record".into(),
        version: 1,
        role: SignerRole::Officer,
        manner: "key".into(),
        shown: vec![OpRef::Of(shown)],
        digest: shown_digest([(&shown, resolved.ops()[0].commit)]),
    };
    let sign = NewOp::new(Act::Sign(signature)).on(OpRef::Own(0));
    let newer = NewOp::new(Act::Unknown { kind: 4096, detail: Value::List(vec![Value::Bool(true), Value::Null]) });
    let signed = wang.write(Some(case), &[resolved.id()], vec![add("document"), sign, newer]);
    let recorded =
        li.write(Some(case), &[signed.id()], vec![NewOp::new(Act::RecordStep { step: "certificate_shown".into() })]);
    let (step, kind) = (op(&recorded, 0), Some(CERTIFICATE_SHOWN));
    let correct = Act::Correct(Correction { step, kind, happened_ms: Some(NOON) });
    let correct = NewOp::new(correct).with(resolution(Value::Null, "先出示，漏记"));
    let corrected = li.write(Some(case), &[recorded.id()], vec![correct]);
    let answered = wang.write(Some(case), &[corrected.id()], checklist());
    let mut all = vec![first, forty, forty_two, strange, verdict, resolved, signed, recorded, corrected, answered];
    let mut bare = all[0].clone();
    bare.seal_values(&[2]);
    all.push(bare);
    all
}

fn change_json(change: &Change) -> Json {
    let values: Vec<Json> =
        (0..change.ops().len()).map(|index| json!(change.value(u32::try_from(index).unwrap()))).collect();
    json!({
        "id": change.id(), "case": change.case(), "header": hex(&change.header().to_bytes()),
        "operations": hex(change.ops_bytes()), "values": hex(&change.values_bytes()),
        "envelope": hex(&change.to_bytes()), "values_in_clear": values,
        "missing_values": change.missing_values(),
    })
}

fn log_json(changes: &[Change]) -> Json {
    let mut frontier = Frontier::default();
    let mut leaves = Vec::new();
    for (change, index) in changes.iter().zip(0_u64..) {
        let leaf = Leaf {
            log_epoch: Epoch::new([0xcc; 8]),
            index,
            change: change.id(),
            case: change.case(),
            counter: index + 1,
            previous: index.checked_sub(1),
            received: Instant::from_ms(NOON + 3_600_000),
            class: if index == 3 { LeafClass::Quarantined } else { LeafClass::Accepted },
        };
        let bytes = leaf.to_bytes();
        frontier.push(leaf_hash(&bytes));
        leaves.push(json!({"leaf": hex(&bytes), "hash": leaf_hash(&bytes), "root_after": frontier.root()}));
    }
    let (log_epoch, size) = (Epoch::new([0xcc; 8]), frontier.size());
    let cursor = Cursor { log_epoch, size, root: frontier.root(), reach: Digest::new([0x55; 32]) };
    json!({
        "case_tag": case_tag(&changes[0].case()), "leaves": leaves, "frontier": hex(&frontier.peaks()),
        "cursor": hex(&cursor.to_bytes()),
    })
}

fn receipt(changes: &[Change]) -> sync_core::receipt::SignedReceipt {
    let entry = |(change, leaf): (&Change, u64)| ReceiptEntry {
        change: change.id(),
        leaf,
        counter: leaf + 1,
        received: Instant::from_ms(NOON + 3_600_000),
    };
    let receipt = Receipt {
        tenant: TENANT,
        device: DeviceId::new([1; 16]),
        log_epoch: Epoch::new([0xcc; 8]),
        issued: Instant::from_ms(NOON + 3_600_001),
        size: 9,
        root: Digest::new([0x44; 32]),
        entries: changes.iter().zip(0..2).map(entry).collect(),
    };
    receipt.sign(&key(0xee)).unwrap()
}

/// The record of the case of the vectors, as if it had been closed with the last of them.
fn record(held: &[Change]) -> sync_core::case_record::SignedRecord {
    let state = fold(held[0].case(), held);
    let officer = |officer, name: &str, number: &str| RecordOfficer {
        officer,
        name: name.into(),
        certificates: vec![number.into()],
    };
    let record = CaseRecord {
        tenant: TENANT,
        case: state.id,
        number: "（巫市监）案〔2026〕1号".into(),
        kind: CaseKind::Inspection,
        agency: AgencyId::new([0xb0; 16]),
        agency_name: "巫山县市场监督管理局（虚构）".into(),
        item: "SJ-C-001".into(),
        officers: vec![officer(LI, "李某", "22010200001"), officer(WANG, "王某", "22010200002")],
        evidence: vec![RecordEvidence { digest: Digest::new([0x11; 32]), size: 3 << 20 }],
        basis: state.basis(),
        heads: state.heads.iter().copied().collect(),
        fold: state.fold,
        state: state.hash(),
        closed_by: OfficerId::new([0x77; 16]),
        closed_at: Instant::from_ms(NOON + 7_200_000),
    };
    record.sign(&key(0xee)).unwrap()
}

/// What a phone signs to speak to the server.
fn signed_by_a_phone() -> Vec<Json> {
    let device = DeviceId::new([1; 16]).to_string();
    let public = hex(key(1).public_key().bytes());
    let challenge = "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY";
    let messages = [
        ["palm/v1/enrol", "K7Q2M-9XTRB", &public],
        ["palm/v1/device-token", &device, challenge],
        ["palm/v1/hand-in", &device, challenge],
    ];
    let one = |parts: [&str; 3]| {
        let message = parts.join("\0").into_bytes();
        json!({"parts": parts, "message": hex(&message), "signature": hex(&key(1).sign(&message).unwrap())})
    };
    messages.into_iter().map(one).collect()
}

fn messages_json(changes: &[Change]) -> Json {
    let (id, case) = (changes[1].id(), changes[0].case());
    let push = Push { leases: vec![lease(1, LI).bytes], changes: vec![changes[0].to_bytes()] };
    let outcome = PushOutcome {
        change: Some(id),
        class: Class::Parked,
        code: "missing".into(),
        flags: vec!["chain_gap".into()],
        missing: vec![Missing::Change(case), Missing::Values, Missing::Lease(lease(1, LI).hash)],
    };
    let pushed = Pushed { outcomes: vec![outcome], receipts: vec![receipt(changes).bytes] };
    let heads = vec![CaseHeads { case, heads: vec![id] }];
    let pulled = Pulled { cursor: vec![1], more: true, cases: Some(heads.clone()), ..Pulled::default() };
    json!({
        "push": hex(&push.to_bytes()), "pushed": hex(&pushed.to_bytes()), "pulled": hex(&pulled.to_bytes()),
        "reconcile": hex(&Reconcile { cases: heads }.to_bytes()),
        "reconciled": hex(&Reconciled { wanted: vec![id], ..Reconciled::default() }.to_bytes()),
    })
}

fn vectors() -> Json {
    let changes = changes();
    let held = &changes[..10];
    let state = fold(held[0].case(), held);
    let two = fold(held[0].case(), &held[..3]);
    let conflicts: Vec<Json> = two
        .conflicts()
        .map(|field| json!({"field": field.name, "values": field.live.iter().map(|l| &l.op).collect::<Vec<_>>()}))
        .collect();
    json!({
        "about": "Keys are the P-256 scalars of 32 equal bytes: the tenant's 0xee, each device's its own first byte. \
                  Signatures are deterministic (RFC 6979).",
        "keys": {
            "tenant": hex(key(0xee).public_key().bytes()), "device_1": hex(key(1).public_key().bytes()),
            "device_2": hex(key(2).public_key().bytes()), "device_3": hex(key(3).public_key().bytes()),
        },
        "changes": changes.iter().map(change_json).collect::<Vec<_>>(),
        "lease": {"hash": lease(1, LI).hash, "bytes": hex(&lease(1, LI).bytes)},
        "receipt": {"hash": receipt(&changes).hash, "bytes": hex(&receipt(&changes).bytes)},
        "record": {"hash": record(held).hash, "bytes": hex(&record(held).bytes)},
        "decimals": decimals(),
        "signed_by_a_phone": signed_by_a_phone(),
        "log": log_json(held),
        "messages": messages_json(&changes),
        "fold": {
            "of_all": {"hash": state.hash(), "basis": state.basis(), "state": serde_json::to_string(&state).unwrap()},
            "of_first_three": {"hash": two.hash(), "conflicts": conflicts},
        },
    })
}

#[test]
fn the_golden_vectors_hold() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/v1.json");
    let made = format!("{}\n", serde_json::to_string_pretty(&vectors()).unwrap());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &made).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), made, "a released format never changes");
}

/// What is shown to be checked: a proof for each grade of the phone's clock, and the code of a printed card.
fn shown_to_be_checked() -> Json {
    let who = CheckCodeId::new([0xc0; 16]);
    let proof = |(grade, number): (&Grade, u8)| {
        let made = Instant::from_ms(NOON + 1_234 * i64::from(number));
        let phone = LiveProof::hint(DeviceId::new([1; 16]));
        let text = LiveProof { who, phone, made, grade: *grade, nonce: [number; 8] }.sign(&key(1)).unwrap();
        let Some(Presented::Live(read)) = Presented::parse(&text) else { panic!("{text}") };
        json!({"text": text, "hash": read.hash, "who": who, "made": made.ms(), "grade": grade.code()})
    };
    json!({
        "about": "The key is that of device 1 in v1.json.",
        "device_1": hex(key(1).public_key().bytes()),
        "proofs": Grade::ALL.iter().zip(1..).map(proof).collect::<Vec<_>>(),
        "card": {"id": who, "text": Presented::of_card(who)},
        "refused": ["", "wMDAwMDAwMDAwMDAwMDAwB", "wMDAwMDAwMDAwMDAwMDAwA==", "wMDAwMDAwMDAwMDAwMDA"],
    })
}

#[test]
fn the_golden_live_proofs_hold() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/live.json");
    let told = shown_to_be_checked();
    for refused in told["refused"].as_array().unwrap() {
        assert_eq!(Presented::parse(refused.as_str().unwrap()), None, "{refused}");
    }
    let made = format!("{}\n", serde_json::to_string_pretty(&told).unwrap());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &made).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), made, "a released format never changes");
}

#[test]
fn the_golden_changes_are_read_and_checked_from_their_bytes() {
    let file: Json = serde_json::from_str(
        &std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/v1.json")).unwrap(),
    )
    .unwrap();
    for vector in file["changes"].as_array().unwrap() {
        let text = vector["envelope"].as_str().unwrap();
        let bytes = unhex(text).unwrap();
        let received = Received::read(&bytes).unwrap();
        assert_eq!(received.id().to_string(), vector["id"].as_str().unwrap());
        let device = received.header().device.bytes()[0];
        let signer = key(if device == 0 { 0xee } else { device });
        assert!(received.verify(&signer.public_key(), &SoftwareVerifier).is_ok());
    }
}

#[test]
fn the_story_of_the_vectors_folds_as_told() {
    let changes = changes();
    let held = &changes[..9];
    let state = fold(held[0].case(), held);
    assert_eq!(state.value(None, &"seats".into()), Some(&Value::Int(42)));
    assert!(state.without_effect.is_empty(), "{:?}", state.without_effect);
    assert!(state.outside.contains(&held[3].id()) && !state.heads.contains(&held[3].id()));
    assert_eq!((state.excluded.len(), state.unknown.len(), state.signatures.len()), (1, 1, 1));
    assert_eq!(state.conflicts().count(), 0);
    let shown = state.steps_of(&CERTIFICATE_SHOWN).next().unwrap();
    assert_eq!(shown.stated.map(|(_, at)| at), Some(Instant::from_ms(NOON)));
    assert_eq!(fold(held[0].case(), &held[..3]).conflicts().count(), 1);
}

#[test]
fn a_bit_changed_anywhere_in_a_golden_change_is_noticed() {
    for change in changes() {
        let (bytes, device) = (change.to_bytes(), change.header().device.bytes()[0]);
        let signer = key(if device == 0 { 0xee } else { device }).public_key();
        let is_taken = |bytes: &[u8]| {
            Received::read(bytes).is_ok_and(|received| received.verify(&signer, &SoftwareVerifier).is_ok())
        };
        assert!(is_taken(&bytes));
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1 << (place % 8);
            assert!(!is_taken(&changed), "byte {place} of {}", change.id());
        }
    }
}
