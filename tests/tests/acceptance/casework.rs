//! From an open case to its record: who decides what, on which basis, and which obstacles exist.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};
use sync_core::case::resolution;
use sync_core::case_record::CaseRecord;
use sync_core::change::{Change, NewOp, shown_digest};
use sync_core::id::{CaseId, ChangeId, Digest};
use sync_core::op::{Act, OpId, OpRef, Signature, SignerRole};
use sync_core::sign::SoftwareVerifier;
use sync_core::value::Value;
use tests::actor::add;
use tests::desk::Desk;
use tests::http::Answer;
use tests::{Person, Phone, Server, on_both_databases};

/// A case of two officers: an interview record, a party, a signed on-the-spot decision.
pub struct Case<'s> {
    pub server: &'s Server,
    pub phone: Phone<'s>,
    pub id: CaseId,
    pub heads: Vec<ChangeId>,
    pub record: OpId,
    party: OpId,
    pub decision: OpId,
}

fn signed() -> NewOp {
    NewOp::new(Act::Sign(Signature {
        form: "spot_decision".into(),
        version: 1,
        role: SignerRole::Officer,
        manner: "key".into(),
        shown: vec![],
        digest: shown_digest([]),
    }))
}

impl<'s> Case<'s> {
    pub fn open(server: &'s Server) -> Self {
        Self::open_by(server, Phone::of(server, "officer-a"))
    }

    /// The same with this phone.
    pub fn open_by(server: &'s Server, mut phone: Phone<'s>) -> Self {
        let second = Phone::of(server, "officer-b").officer;
        let open = phone.open_case(&[second]);
        let ops = vec![
            add("record"),
            add("party"),
            NewOp::put(Some(OpRef::Own(1)), "citizen_number", vec![], Value::text("500237199001010634")),
            NewOp::put(Some(OpRef::Own(1)), "name", vec![], Value::text("张三面馆")),
            add("document"),
            signed().on(OpRef::Own(4)),
            NewOp::put(None, "title", vec![], Value::text("面馆明码标价检查")),
            NewOp::new(Act::RecordStep { step: "certificate_shown".into() }),
            NewOp::put(None, "inspection_result", vec![], Value::text("六种面食未标价，已责令改正")),
            NewOp::put(Some(OpRef::Own(1)), "party_type", vec![], Value::text("natural_person")),
            NewOp::new(Act::RecordStep { step: "reported_for_record".into() }).on(OpRef::Own(4)),
        ];
        let body = phone.save(Some(open.id()), &[open.id()], ops);
        let of_body = |index| OpId { change: body.id(), index };
        let (record, party, decision) = (of_body(0), of_body(1), of_body(4));
        let mut case = Self { server, phone, id: open.id(), heads: vec![body.id()], record, party, decision };
        case.push(&[&open, &body]);
        case
    }

    pub fn push(&mut self, changes: &[&Change]) {
        for outcome in self.phone.push(changes).outcomes {
            assert_eq!(outcome.class, sync_core::message::Class::Accepted, "{outcome:?}");
        }
    }

    /// An officer is invited, and answers with a change of their own.
    fn invite_and_accept(&mut self, login: &str) {
        let mut invited = Phone::of(self.server, login);
        self.save(vec![NewOp::new(Act::Invite(invited.officer))]);
        let heads: Vec<ChangeId> = invited.pull_all(500).case(self.id).heads.iter().copied().collect();
        let answer = invited.write(self.id, &heads, "note", "已到场");
        assert_eq!(invited.push(&[&answer]).outcomes[0].class, sync_core::message::Class::Accepted);
    }

    pub fn save(&mut self, ops: Vec<NewOp>) -> Change {
        // On everything that the server knows, its own decisions included.
        self.heads = self.phone.pull_all(500).case(self.id).heads.iter().copied().collect();
        let change = self.phone.save(Some(self.id), &self.heads.clone(), ops);
        self.push(&[&change]);
        change
    }

    /// Saves one field, and says which place in the case the server gave it.
    fn place_of_next(&mut self, title: &str) -> u64 {
        self.heads = self.phone.pull_all(500).case(self.id).heads.iter().copied().collect();
        let op = NewOp::put(None, "title", vec![], Value::text(title));
        let change = self.phone.save(Some(self.id), &self.heads.clone(), vec![op]);
        let pushed = self.phone.push(&[&change]);
        let receipts = pushed.receipts.iter().map(|bytes| self.phone.open_receipt(bytes).receipt);
        let mut places = receipts.flat_map(|receipt| receipt.entries).filter(|entry| entry.change == change.id());
        let place = places.next().unwrap().counter;
        assert!(places.next().is_none(), "one receipt");
        place
    }

    pub fn person(&self, login: &str) -> Person<'s> {
        Person::sign_in(self.server, login)
    }

    pub fn path(&self) -> String {
        format!("/v1/cases/{}", self.id)
    }

    pub fn read(&self) -> Json {
        self.person("unit-head").call("GET", &self.path()).send().expect(200).json()
    }

    pub fn etag(&self) -> String {
        let answer = self.person("unit-head").call("GET", &self.path()).send().expect(200);
        assert_eq!(answer.header("etag"), format!("\"{}\"", answer.json()["basis"].as_str().unwrap()));
        answer.header("etag").to_owned()
    }

    pub fn command(&self, login: &str, what: &str, body: &Json) -> Answer {
        let call = self.person(login).call("POST", &format!("{}/{what}", self.path()));
        call.header("If-Match", &self.etag()).json(body).send()
    }
}

on_both_databases! {
    fn a_case_goes_from_return_and_supplement_to_its_signed_record(server) {
        let mut case = Case::open(server);
        let registered = case.command("unit-head", "register", &json!({"target": case.decision.to_string()})).expect(200);
        assert_eq!(registered.json()["status"], "open");
        let again = case.command("unit-head", "register", &json!({"target": case.decision.to_string()}));
        assert_eq!(again.refusal(), (409, "already_registered".into()));
        let body = json!({"target": case.record.to_string(), "reason": "请补充询问标价签的制作时间"});
        assert_eq!(case.command("unit-head", "return", &body).expect(200).json()["status"], "returned");
        assert_eq!(case.command("unit-head", "return", &body).refusal(), (409, "already_returned".into()));
        assert_eq!(case.command("unit-head", "close", &json!({})).refusal(), (409, "record_not_supplemented".into()));
        case.save(vec![add("supplementary_record").on(OpRef::Of(case.record))]);
        assert_eq!(case.read()["card"]["status"], "open");
        assert_eq!(case.command("unit-head", "close", &json!({})).refusal(), (409, "closing_unlawful".into()), "half signed");
        case.save(vec![NewOp::new(Act::Withdraw).on(OpRef::Of(case.decision)).with(Value::text("误作"))]);
        let etag = case.etag();
        let close = || {
            let call = case.person("unit-head").call("POST", &format!("{}/close", case.path()));
            call.header("If-Match", &etag).header("Idempotency-Key", "k1").json(&json!({"note": "已执行"})).send()
        };
        let closed = close().expect(200).json();
        assert_eq!(closed["status"], "closed");
        let number = closed["number"].as_str().unwrap();
        let year = server::clock::Clock::system().now().date().year();
        assert_eq!(number, format!("（巫市监）案〔{year}〕1号"), "of the organ in whose name the station acts");
        let head = case.person("unit-head").me.officer;
        let read = case.read();
        let deciders: Vec<_> = read["decisions"].as_array().unwrap().iter().map(|one| &one["by"]["officer"]).collect();
        assert_eq!(deciders, [&json!(head); 3], "registered, returned and closed by the head who asked for it");
        assert_eq!(close().expect(200).json()["change"], closed["change"], "the same key: done once");
        assert_eq!(case.command("unit-head", "close", &json!({})).refusal(), (409, "case_closed".into()));

        let record = case.person("officer-b").call("GET", &format!("{}/record", case.path())).send().expect(200).json();
        let bytes = STANDARD.decode(record["signed"].as_str().unwrap()).unwrap();
        let opened = CaseRecord::open(&bytes, &case.phone.server_key, &SoftwareVerifier).unwrap().record;
        assert_eq!((opened.case, opened.number.as_str()), (case.id, number));
        assert_eq!(opened.officers.len(), 2);
        assert!(opened.officers.iter().all(|officer| officer.certificates.len() == 1));
        let state = case.phone.pull_all(500).case(case.id);
        assert_eq!((opened.state, opened.heads), (state.hash(), state.heads.iter().copied().collect::<Vec<_>>()));
        assert_eq!(record["state"], opened.state.to_string());
    }

    /// The writer keeps a case that goes on; what is decided about it, by whichever process, is not hidden by what it keeps.
    fn a_case_goes_on_where_the_server_left_it(server) {
        let mut case = Case::open(server);
        assert_eq!((case.place_of_next("一"), case.place_of_next("二")), (3, 4), "after the opening and its contents");
        let registered = case.command("unit-head", "register", &json!({"target": case.decision.to_string()})).expect(200);
        assert_eq!(registered.json()["status"], "open");
        assert_eq!(case.place_of_next("三"), 6, "the decision has its place");
        // Somebody else's case in between: the log goes on, this one does not.
        let other = Case::open(server);
        assert_eq!((case.place_of_next("四"), case.place_of_next("五")), (7, 8));
        let body = json!({"target": case.record.to_string(), "reason": "请补充询问标价签的制作时间"});
        assert_eq!(case.command("unit-head", "return", &body).expect(200).json()["status"], "returned");
        assert_eq!(case.place_of_next("六"), 10);
        assert_eq!(case.read()["card"]["status"], "returned", "folded with what was decided");
        assert_eq!(other.read()["card"]["status"], "open");
    }

    fn a_conflict_and_missing_evidence_stand_in_the_way_of_closing(server) {
        let mut case = Case::open(server);
        let base = case.heads.clone();
        let one = case.phone.write(case.id, &base, "address", "广东中路一号");
        let two = case.phone.write(case.id, &base, "address", "广东中路二号");
        case.push(&[&one, &two]);
        let shown = case.read();
        let conflicts = shown["conflicts"].as_array().unwrap();
        assert_eq!((conflicts.len(), conflicts[0]["live"].as_array().unwrap().len()), (1, 2));
        assert_eq!(conflicts[0]["label"]["zh"], "检查地址");
        assert_eq!(conflicts[0]["live"][0]["by"]["name"], "李建国");
        assert_eq!(case.command("unit-head", "close", &json!({})).refusal(), (409, "conflict_open".into()));
        let names = |change: &Change| OpRef::Of(OpId { change: change.id(), index: 0 });
        let resolve = NewOp {
            act: Act::Resolve,
            ..NewOp::put(None, "address", vec![names(&one), names(&two)], resolution(Value::text("广东中路二号"), "门牌为准"))
        };
        case.save(vec![resolve]);
        let history = format!("{}/fields/case/address/history", case.path());
        let writes = case.person("unit-head").call("GET", &history).send().expect(200).json()["writes"].clone();
        let live: Vec<bool> = writes.as_array().unwrap().iter().map(|write| write["live"].as_bool().unwrap()).collect();
        assert_eq!(live, [false, false, true]);
        assert_eq!((&writes[2]["act"], &writes[2]["reason"]), (&json!("resolve"), &json!("门牌为准")));
        assert_eq!(writes[2]["replaces"].as_array().unwrap().len(), 2);
        case.save(vec![add("evidence"), NewOp::put(Some(OpRef::Own(0)), "digest", vec![], Digest::new([4; 32]).into())]);
        assert_eq!(case.command("unit-head", "close", &json!({})).refusal(), (409, "evidence_incomplete".into()));
    }

    fn the_law_stops_the_closing_and_names_the_article(server) {
        let mut case = Case::open(server);
        let decision = OpRef::Of(case.decision);
        let form = NewOp::put(Some(decision), "form", vec![], Value::text("spot_decision"));
        let shown = NewOp::new(Act::RecordStep { step: "delivered".into() }).on(decision).with(Value::text("screen"));
        case.save(vec![form, shown]);
        // The decision is made when the second officer has signed too.
        let mut second = Phone::of(server, "officer-b");
        let heads: Vec<ChangeId> = second.pull_all(500).case(case.id).heads.iter().copied().collect();
        let signature = second.save(Some(case.id), &heads, vec![signed().on(decision)]);
        assert_eq!(second.push(&[&signature]).outcomes[0].class, sync_core::message::Class::Accepted);
        let refused = case.command("unit-head", "close", &json!({}));
        assert_eq!(refused.refusal(), (409, "closing_unlawful".into()));
        assert!(refused.json()["article"].as_str().unwrap().contains("行政处罚法"), "{}", refused.text());
        let checks = case.read()["checks"].clone();
        let breached = |check: &&Json| check["outcome"] == "breached" && check["article"] == refused.json()["article"];
        assert!(checks.as_array().unwrap().iter().any(|check| breached(&check)), "{checks}");
    }

    fn commands_want_the_basis_the_role_and_somebody_elses_case(server) {
        let case = Case::open(server);
        let head = case.person("unit-head");
        let close = format!("{}/close", case.path());
        let call = head.call("POST", &close).json(&json!({}));
        assert_eq!(call.clone().send().refusal(), (428, "precondition_required".into()));
        let stale = call.header("If-Match", &format!("\"{}\"", "0".repeat(64)));
        assert_eq!(stale.send().refusal(), (412, "stale".into()));
        for login in ["officer-a", "legal-reviewer", "county-supervisor", "department-supervisor"] {
            assert_eq!(case.command(login, "close", &json!({})).refusal(), (403, "forbidden".into()), "{login}");
        }
        let foreign = case.command("agriculture-officer", "close", &json!({}));
        assert_eq!(foreign.refusal(), (404, "not_found".into()));
        assert_eq!(case.command("unit-head", "close", &json!({"status": "closed"})).refusal(), (400, "unknown_field".into()));
        let nowhere = json!({"target": format!("{}.77", case.id), "reason": "x"});
        assert_eq!(case.command("unit-head", "return", &nowhere).refusal(), (422, "no_such_target".into()));
        let record = json!({"target": case.record.to_string()});
        assert_eq!(case.command("unit-head", "register", &record).refusal(), (409, "not_a_spot_decision".into()));
    }

    fn who_handles_a_case_does_not_decide_about_it(server) {
        let mut case = Case::open(server);
        case.invite_and_accept("unit-head");
        assert_eq!(case.command("unit-head", "close", &json!({})).refusal(), (403, "own_case".into()));
    }

    fn a_head_who_takes_part_does_not_answer_a_lead_about_the_case(server) {
        let mut case = Case::open(server);
        let new = json!({"case": case.id.to_string(), "kind": "procedure", "text": "询问笔录未逐页签名"});
        let supervisor = case.person("county-supervisor");
        let raised = supervisor.call("POST", "/v1/leads").header("Idempotency-Key", "own").json(&new).send().expect(201);
        let head = case.person("unit-head");
        case.invite_and_accept("unit-head");
        let answer = |person: &Person<'_>| {
            let call = person.call("POST", &format!("{}/answer", raised.header("location")));
            call.header("If-Match", "\"1\"").json(&json!({"text": "已补正"})).send()
        };
        assert_eq!(answer(&head).refusal(), (403, "own_case".into()));
        let _ = answer(&case.person("principal-head")).expect(200);
    }

    fn an_administrator_reads_no_case_and_registers_nothing(server) {
        let case = Case::open(server);
        let register = format!("{}/register", case.path());
        for login in ["agency-admin", "county-admin"] {
            let admin = case.person(login);
            for path in [case.path(), format!("{}?purpose=x", case.path()), format!("{}/record", case.path())] {
                assert_eq!(admin.call("GET", &path).send().refusal(), (404, "not_found".into()), "{login} {path}");
            }
            for path in ["/v1/cases", "/v1/leads"] {
                assert_eq!(admin.call("GET", path).send().refusal(), (403, "forbidden".into()), "{login} {path}");
            }
            let call = admin.call("POST", &register).header("If-Match", &case.etag());
            let refused = call.json(&json!({"target": case.record.to_string()})).send();
            assert_eq!(refused.refusal(), (404, "not_found".into()), "{login}");
        }
    }

    fn a_supervisor_reads_with_a_purpose_and_without_citizen_numbers(server) {
        let case = Case::open(server);
        let supervisor = case.person("county-supervisor");
        assert_eq!(supervisor.call("GET", &case.path()).send().refusal(), (400, "purpose_required".into()));
        let read = supervisor.call("GET", &format!("{}?purpose=%E4%B8%93%E9%A1%B9", case.path())).send().expect(200).json();
        let number = |case: &Json, party: &str| {
            let entities = case["entities"].as_array().unwrap();
            let party = entities.iter().find(|entity| entity["id"] == party).unwrap();
            let fields = party["fields"].as_array().unwrap();
            fields.iter().find(|field| field["name"] == "citizen_number").unwrap()["value"].clone()
        };
        let party = case.party.to_string();
        assert_eq!(number(&read, &party), "500*************34");
        assert_eq!(number(&case.read(), &party), "500237199001010634");
        assert!(!read.to_string().contains("500237199001010634"));
        let history = format!("{}/fields/{party}/citizen_number/history?purpose=%E4%B8%93%E9%A1%B9", case.path());
        let history = supervisor.call("GET", &history).send().expect(200).json();
        assert_eq!((&history["masked"], &history["writes"][0]["value"]), (&json!(true), &json!("500*************34")));
    }

    fn lists_show_what_is_in_reach_in_pages(server) {
        let mut phone = Phone::of(server, "officer-a");
        let cases: Vec<Change> = (0..5).map(|_| phone.open_case(&[])).collect();
        let title = phone.write(cases[2].id(), &[cases[2].id()], "title", "神女味道餐饮检查");
        phone.push(&cases.iter().chain([&title]).collect::<Vec<_>>());
        let list = |login: &str, query: &str| {
            Person::sign_in(server, login).call("GET", &format!("/v1/cases{query}")).send().expect(200).json()
        };
        let count = |page: Json| page["items"].as_array().unwrap().len();
        assert_eq!(count(list("officer-a", "")), 5);
        assert_eq!(count(list("officer-b", "")), 0);
        assert_eq!(count(list("agriculture-officer", "")), 0);
        for login in ["unit-head", "principal-head", "legal-reviewer", "county-supervisor", "department-supervisor"] {
            assert_eq!(count(list(login, "")), 5, "{login}");
        }
        assert_eq!(count(list("unit-head", "?text=%E7%A5%9E%E5%A5%B3&status=open&kind=inspection")), 1);
        assert_eq!(count(list("unit-head", &format!("?officer={}", phone.officer))), 5);
        assert_eq!(count(list("unit-head", &format!("?agency={}", phone.agency))), 5);
        assert_eq!(count(list("unit-head", "?status=closed")), 0);
        assert_eq!(count(list("unit-head", "?from=2020-01-01&to=2020-12-31")), 0);
        assert_eq!(count(list("unit-head", "?from=2020-01-01&limit=100")), 5);
        let mut seen = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = list("unit-head", &format!("?limit=2{cursor}"));
            seen.extend(page["items"].as_array().unwrap().iter().map(|card| card["id"].clone()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        let distinct: std::collections::BTreeSet<String> = seen.iter().map(Json::to_string).collect();
        assert_eq!((seen.len(), distinct.len()), (5, 5));
        let head = Person::sign_in(server, "unit-head");
        assert_eq!(head.call("GET", "/v1/cases?status=lost").send().refusal(), (400, "malformed".into()));
        assert_eq!(head.call("GET", "/v1/cases?cursor=x").send().refusal(), (400, "wrong_cursor".into()));
        assert_eq!(head.call("GET", "/v1/cases?tenant=x").send().refusal(), (400, "unknown_field".into()));
    }

    fn a_foreign_case_answers_like_none_on_every_route(server) {
        let case = Case::open(server);
        let farmer = case.person("agriculture-officer");
        let nowhere = ChangeId::new([9; 32]);
        for (method, tail) in [
            ("GET", ""),
            ("GET", "/record"),
            ("GET", "/fields/case/title/history"),
            ("POST", "/close"),
        ] {
            let ask = |id: ChangeId| {
                let call = farmer.call(method, &format!("/v1/cases/{id}{tail}")).header("If-Match", &case.etag());
                let call = if method == "POST" { call.json(&json!({})) } else { call };
                call.send().expect(404).problem_without_request_id()
            };
            assert_eq!(ask(case.id), ask(nowhere), "{method} {tail}");
        }
    }

    fn a_lead_is_raised_answered_and_closed_and_the_case_does_not_change(server) {
        let case = Case::open(server);
        let etag = case.etag();
        let supervisor = case.person("county-supervisor");
        let new = json!({"case": case.id.to_string(), "kind": "procedure", "text": "询问笔录未逐页签名"});
        let raise = |person: &Person<'_>| person.call("POST", "/v1/leads").header("Idempotency-Key", "a").json(&new).send();
        let lead = raise(&supervisor).expect(201);
        let location = lead.header("location").to_owned();
        assert_eq!(raise(&supervisor).expect(201).header("location"), location, "the same key: raised once");
        let other = json!({"case": case.id.to_string(), "kind": "procedure", "text": "另一问题"});
        let reused = supervisor.call("POST", "/v1/leads").header("Idempotency-Key", "a").json(&other).send();
        assert_eq!(reused.refusal(), (422, "idempotency_key_reused".into()));
        assert_eq!(supervisor.call("POST", "/v1/leads").json(&new).send().refusal(), (400, "idempotency_key_required".into()));
        let head = case.person("unit-head");
        assert_eq!(raise(&head).refusal(), (403, "forbidden".into()));
        let farmer = case.person("agriculture-officer");
        assert_eq!(raise(&farmer).refusal(), (404, "not_found".into()));
        assert_eq!(farmer.call("GET", &location).send().refusal(), (404, "not_found".into()));
        let step = |person: &Person<'_>, what: &str, etag: &str| {
            let call = person.call("POST", &format!("{location}/{what}")).header("If-Match", etag);
            call.json(&json!({"text": "已补正"})).send()
        };
        assert_eq!(step(&supervisor, "close", "\"1\"").refusal(), (409, "lead_not_open".into()));
        assert_eq!(step(&supervisor, "answer", "\"1\"").refusal(), (403, "forbidden".into()));
        let answered = step(&head, "answer", "\"1\"").expect(200);
        assert_eq!(answered.header("etag"), "\"2\"");
        assert_eq!(step(&head, "answer", "\"1\"").refusal(), (412, "stale".into()));
        assert_eq!(step(&head, "close", "\"2\"").refusal(), (403, "forbidden".into()));
        let closed = step(&supervisor, "close", "\"2\"").expect(200).json();
        assert_eq!((&closed["status"], &closed["answer"]["name"]), (&json!("closed"), &json!("王秀兰")));
        let listed = head.call("GET", "/v1/leads?status=closed").send().expect(200).json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        assert_eq!(case.etag(), etag);
    }

    fn a_lead_says_what_its_case_is_called_to_those_who_may_read_it(server) {
        let case = Case::open(server);
        let new = json!({"case": case.id.to_string(), "kind": "procedure", "text": "询问笔录未逐页签名"});
        let supervisor = case.person("county-supervisor");
        let raised = supervisor.call("POST", "/v1/leads").header("Idempotency-Key", "n").json(&new).send().expect(201);
        let called = (json!("面馆明码标价检查"), json!(""));
        let said = |lead: &Json| (lead["case_title"].clone(), lead["case_number"].clone());
        assert_eq!(said(&raised.json()), called);
        for login in ["county-supervisor", "unit-head", "legal-reviewer"] {
            let person = case.person(login);
            let list = person.call("GET", "/v1/leads").send().expect(200).json();
            assert_eq!(said(&list["items"][0]), called, "{login}");
            assert_eq!(said(&person.call("GET", raised.header("location")).send().expect(200).json()), called, "{login}");
            let mut desk = Desk::of(server, login);
            let link = format!("<a href=\"/console/cases/{}\" lang=\"zh-CN\">面馆明码标价检查</a>", case.id);
            let id = raised.header("location").split('/').next_back().unwrap();
            for page in ["/console/leads".to_owned(), format!("/console/leads/{id}")] {
                let text = desk.get(&page).expect(200).text();
                assert!(text.contains(&link) && text.contains("未编号"), "{login} {page}: {text}");
            }
        }
        let waiting = Desk::of(server, "unit-head").get("/console/work").expect(200).text();
        let leads = waiting.split("id=\"h-leads\"").nth(1).unwrap();
        assert!(leads.contains("面馆明码标价检查"), "{waiting}");
    }
}
