//! Rules on the server: each document and each party is judged separately; unimplemented procedures; obstacles to
//! closing.

use serde_json::{Value as Json, json};
use sync_core::change::{Change, NewOp, shown_digest};
use sync_core::id::{CaseId, ChangeId};
use sync_core::message::Class;
use sync_core::op::{Act, CaseKind, OpId, OpRef, Open, Signature, SignerRole};
use sync_core::value::Value;
use tests::actor::add;
use tests::desk::Desk;
use tests::http::Answer;
use tests::{Person, Phone, Server, on_both_databases};

fn put(on: Option<OpRef>, field: &str, text: &str) -> NewOp {
    NewOp::put(on, field, vec![], Value::text(text))
}

fn step(step: &str) -> NewOp {
    NewOp::new(Act::RecordStep { step: step.into() })
}

fn sign(form: &str, role: SignerRole) -> NewOp {
    let (form, manner, digest) = (form.into(), "key".into(), shown_digest([]));
    NewOp::new(Act::Sign(Signature { form, version: 1, role, manner, shown: vec![], digest }))
}

/// A phone that keeps no rule, and its case.
struct Case<'s> {
    server: &'s Server,
    phone: Phone<'s>,
    second: Phone<'s>,
    id: CaseId,
    heads: Vec<ChangeId>,
}

impl<'s> Case<'s> {
    fn open(server: &'s Server, kind: CaseKind) -> Self {
        let (mut phone, second) = (Phone::of(server, "officer-a"), Phone::of(server, "officer-b"));
        let mut officers = vec![phone.officer, second.officer];
        officers.sort_unstable();
        let open = Open { kind, agency: phone.agency, item: "SJ-C-001".to_owned(), officers };
        let opened = phone.save(None, &[], vec![NewOp::new(Act::Open(open))]);
        accept(&phone, &opened);
        Self { server, id: opened.id(), heads: vec![opened.id()], phone, second }
    }

    fn save(&mut self, ops: Vec<NewOp>) -> ChangeId {
        let change = self.phone.save(Some(self.id), &self.heads.clone(), ops);
        accept(&self.phone, &change);
        self.heads = vec![change.id()];
        change.id()
    }

    /// Both officers sign a document.
    fn signed(&mut self, document: OpId, form: &str) {
        self.save(vec![sign(form, SignerRole::Officer).on(OpRef::Of(document))]);
        let ops = vec![sign(form, SignerRole::SecondOfficer).on(OpRef::Of(document))];
        let change = self.second.save(Some(self.id), &self.heads.clone(), ops);
        accept(&self.second, &change);
        self.heads = vec![change.id()];
    }

    fn decision(&mut self, form: &str, fen: i64) -> OpId {
        let on = Some(OpRef::Own(0));
        let fine = NewOp::put(on, "fine_fen", vec![], Value::Int(fen));
        OpId { change: self.save(vec![add("document"), put(on, "form", form), fine]), index: 0 }
    }

    fn read(&self) -> Json {
        let head = Person::sign_in(self.server, "unit-head");
        head.call("GET", &format!("/v1/cases/{}", self.id)).send().expect(200).json()
    }

    fn checks(&self, rule: &str) -> Vec<Json> {
        let checks = self.read()["checks"].clone();
        checks.as_array().unwrap().iter().filter(|check| check["rule"] == rule).cloned().collect()
    }

    fn command(&self, what: &str, body: &Json) -> Answer {
        let etag = format!("\"{}\"", self.read()["basis"].as_str().unwrap());
        let head = Person::sign_in(self.server, "unit-head");
        head.call("POST", &format!("/v1/cases/{}/{what}", self.id)).header("If-Match", &etag).json(body).send()
    }

    fn close(&self) -> (u16, String) {
        self.command("close", &json!({})).refusal()
    }
}

fn accept(phone: &Phone<'_>, change: &Change) {
    let outcomes = phone.push(&[change]).outcomes;
    assert_eq!(outcomes[0].class, Class::Accepted, "{outcomes:?}");
}

fn party(kind: &str) -> Vec<NewOp> {
    vec![add("party"), put(Some(OpRef::Own(0)), "party_type", kind)]
}

on_both_databases! {
    fn every_document_is_judged_for_itself_and_a_result_names_document_and_party(server) {
        let mut case = Case::open(server, CaseKind::Simple);
        let party = OpId { change: case.save(party("individual_business")), index: 0 };
        let high = case.decision("spot_decision", 10_000_000);
        let low = case.decision("spot_decision", 20_000);
        case.signed(high, "spot_decision");
        let outcomes = |case: &Case<'_>, rule: &str| -> Vec<(String, String, String)> {
            let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
            let of = |check: Json| (text(&check["document"]), text(&check["party"]), text(&check["outcome"]));
            let mut found: Vec<_> = case.checks(rule).into_iter().map(of).collect();
            found.sort();
            found
        };
        let wanted = |of_high: &str, of_low: &str| {
            let one = |document: OpId, outcome: &str| (document.to_string(), party.to_string(), outcome.to_owned());
            let mut wanted = vec![one(high, of_high), one(low, of_low)];
            wanted.sort();
            wanted
        };
        assert_eq!(outcomes(&case, "SPO-01"), wanted("breached", "satisfied"));
        assert_eq!(outcomes(&case, "SPO-07"), wanted("satisfied", "breached"), "no second fine");
        case.signed(low, "spot_decision");
        assert_eq!(outcomes(&case, "SPO-07"), wanted("breached", "breached"), "two fines");
        assert_eq!(case.close(), (409, "closing_unlawful".into()));
    }

    fn what_is_not_built_is_stored_flagged_and_alarmed_and_no_command_takes_it(server) {
        let mut case = Case::open(server, CaseKind::Ordinary);
        let record = OpId { change: case.save(vec![add("record")]), index: 0 };
        let target = json!({"target": record.to_string(), "reason": "请补充"});
        assert_eq!(case.command("return", &target).refusal(), (409, "not_built".into()));
        assert_eq!(case.command("register", &json!({"target": record.to_string()})).refusal(), (409, "not_built".into()));
        assert_eq!(case.close(), (409, "not_built".into()));
        let noted = case.read()["noted"].clone();
        assert_eq!(noted[0]["flags"], json!(["not_built"]), "{noted}");
        let alarms = Person::sign_in(server, "unit-head").call("GET", "/v1/alarms").send().expect(200).json();
        let items = alarms["items"].as_array().unwrap();
        assert!(items.iter().any(|one| one["kind"] == "not_built" && one["case"] == case.id.to_string()), "{alarms}");
    }

    fn a_penalty_decision_in_an_inspection_is_flagged_and_keeps_the_case_open(server) {
        let mut case = Case::open(server, CaseKind::Inspection);
        case.save(vec![step("certificate_shown"), put(None, "inspection_result", "发现违法行为")]);
        let mut ops = party("natural_person");
        ops.push(put(None, "title", "检查"));
        case.save(ops);
        let decision = case.decision("penalty_decision", 600_000);
        case.signed(decision, "penalty_decision");
        let found = case.checks("CAS-03");
        assert_eq!((&found[0]["document"], &found[0]["outcome"]), (&json!(decision.to_string()), &json!("breached")));
        assert_eq!(case.close(), (409, "not_built".into()));
        let noted = case.read()["noted"].clone();
        let flagged = noted.as_array().unwrap().iter().filter(|one| one["flags"] == json!(["not_built"])).count();
        assert_eq!(flagged, 3, "the document and both signatures: {noted}");
    }

    fn opened_cases_show_nothing_breached_and_do_not_close(server) {
        for kind in [CaseKind::Inspection, CaseKind::Simple] {
            let case = Case::open(server, kind);
            let read = case.read();
            assert_eq!(read["card"]["breaches"], 0, "{kind:?}");
            let checks = read["checks"].as_array().unwrap();
            assert!(checks.iter().all(|check| check["outcome"] != "breached"), "{checks:?}");
            assert_eq!(case.close(), (409, "no_result".into()), "an empty case");
        }
    }

    fn no_block_rule_is_breached_where_a_case_closes_unless_a_reason_is_on_record(server) {
        let mut case = Case::open(server, CaseKind::Simple);
        let mut ops = party("company");
        ops.extend([step("certificate_shown"), step("entered"), put(None, "case_result", "未发现违法行为")]);
        case.save(ops);
        assert_eq!(case.close(), (409, "closing_unlawful".into()), "entered without plan and code");
        for rule in ["INS-02", "INS-03"] {
            let reason = Value::List(vec![Value::text(rule), Value::text("群众举报，正在销售过期食品")]);
            case.save(vec![step("breach_reason").with(reason)]);
        }
        let told = case.checks("INS-03");
        assert_eq!((&told[0]["outcome"], &told[0]["reason"]), (&json!("breached"), &json!("群众举报，正在销售过期食品")));
        let closed = case.command("close", &json!({})).expect(200);
        assert_eq!(closed.json()["status"], "closed");
    }

    fn a_decision_is_registered_only_after_it_was_reported(server) {
        let mut case = Case::open(server, CaseKind::Simple);
        case.save(vec![add("party")]);
        let decision = case.decision("spot_decision", 20_000);
        case.signed(decision, "spot_decision");
        let register = json!({"target": decision.to_string()});
        assert_eq!(case.command("register", &register).refusal(), (409, "not_reported".into()));
        case.save(vec![step("reported_for_record").on(OpRef::Of(decision))]);
        assert_eq!(case.command("register", &register).expect(200).json()["status"], "open");
    }

    fn a_filing_without_code_is_listed_received_by_the_justice_bureau_and_outlives_the_closing(server) {
        let mut case = Case::open(server, CaseKind::Inspection);
        let mut ops = party("company");
        ops.extend([
            NewOp::put(None, "plan_approved_ms", vec![], Value::Int(1_700_000_000_000)),
            put(None, "notice_number", "检通〔2026〕1号"),
            step("no_code_reason").with(Value::text("县平台故障")),
            step("certificate_shown"),
            step("entered"),
            put(None, "inspection_result", "未发现违法行为"),
        ]);
        case.save(ops);
        let supervisor = Person::sign_in(server, "county-supervisor");
        let listed = |filing: &str| -> Vec<String> {
            let page = supervisor.call("GET", &format!("/v1/cases?filing={filing}")).send().expect(200).json();
            page["items"].as_array().unwrap().iter().map(|card| card["id"].as_str().unwrap().to_owned()).collect()
        };
        let receive = |case: &Case<'_>, login: &str| {
            let etag = format!("\"{}\"", case.read()["basis"].as_str().unwrap());
            let call = Person::sign_in(server, login).call("POST", &format!("/v1/cases/{}/filing-receipt", case.id));
            call.header("If-Match", &etag).json(&json!({"note": "已收到"})).send()
        };
        assert_eq!((listed("due"), listed("filed")), (vec![case.id.to_string()], vec![]));
        assert_eq!(receive(&case, "county-supervisor").refusal(), (409, "not_filed".into()));
        let _ = case.command("close", &json!({})).expect(200);
        let read = case.read();
        assert_eq!((&read["card"]["status"], &read["card"]["duties"]), (&json!("closed"), &json!(1)), "its clock runs on");
        let mut desk = Desk::of(server, "officer-a");
        let work = desk.get("/console/work").expect(200).text();
        assert!(work.contains(&case.id.to_string()), "the deadline of a closed case stays on the list");
        case.heads = case.phone.pull_all(500).case(case.id).heads.iter().copied().collect();
        case.save(vec![step("inspection_filed").with(Value::text("县平台故障，凭证件检查"))]);
        assert_eq!((listed("due"), listed("filed")), (vec![], vec![case.id.to_string()]));
        assert_eq!(case.read()["card"]["duties"], 0, "filing it ended the clock");
        assert!(!desk.get("/console/work").expect(200).text().contains(&case.id.to_string()), "and took it off the list");
        let mut bureau = Desk::of(server, "county-supervisor");
        let list = bureau.get("/console/cases?filing=filed").expect(200).text();
        assert!(list.contains(&case.id.to_string()) && list.contains("已报送待回执"), "{list}");
        let page = bureau.get(&format!("/console/cases/{}?purpose=x", case.id)).expect(200).text();
        assert!(page.contains("/act/receive?"), "{page}");
        for login in ["unit-head", "officer-a", "department-supervisor"] {
            assert_eq!(receive(&case, login).refusal(), (403, "forbidden".into()), "{login}");
        }
        let _ = receive(&case, "county-supervisor").expect(200);
        assert_eq!(listed("received"), [case.id.to_string()]);
        assert_eq!(receive(&case, "county-supervisor").refusal(), (409, "filing_received".into()));
        let decisions = case.read()["decisions"].clone();
        assert!(decisions.as_array().unwrap().iter().any(|one| one["decision"] == "filing_received"), "{decisions}");
    }
}
