//! A head reads a quarantined change and admits or dismisses it with a reason; every phone then shows the same.

use serde_json::{Value as Json, json};
use sync_core::change::{Change, NewOp};
use sync_core::id::CaseId;
use sync_core::message::{Class, Pushed};
use sync_core::op::{Act, OpRef};
use sync_core::value::Value;
use tests::http::Answer;
use tests::{Person, Phone, Server, on_both_databases};

/// A case of officer A with two changes that officer B wrote without taking part in it.
struct Case<'s> {
    server: &'s Server,
    a: Phone<'s>,
    id: CaseId,
    note: Change,
    party: Change,
}

impl<'s> Case<'s> {
    fn open(server: &'s Server) -> Self {
        let (mut a, mut b) = (Phone::of(server, "officer-a"), Phone::of(server, "officer-b"));
        let opening = a.open_case(&[]);
        let id = opening.id();
        a.push(&[&opening]);
        let note = b.write(id, &[id], "note", "门口另有一块价目牌");
        let add = Act::add("party", "a");
        let number = NewOp::put(Some(OpRef::Own(0)), "citizen_number", vec![], Value::text("500237199001011234"));
        let party = b.save(Some(id), &[note.id()], vec![NewOp::new(add), number]);
        // To a stranger the case answers like none: a colleague's phone brings what it got over the direct link.
        let mut push = a.push_of([&note, &party].map(Change::to_bytes).to_vec());
        push.leases.push(b.lease.clone().unwrap().bytes);
        let answer = a.push_call(&push).send().expect(200);
        for outcome in Pushed::read(&answer.body).unwrap().outcomes {
            assert_eq!((outcome.class, outcome.code.as_str()), (Class::Quarantined, "not_a_participant"));
        }
        Self { server, a, id, note, party }
    }

    fn path(&self) -> String {
        format!("/v1/cases/{}", self.id)
    }

    fn read(&self, login: &str, query: &str) -> Json {
        let person = Person::sign_in(self.server, login);
        person.call("GET", &format!("{}{query}", self.path())).send().expect(200).json()
    }

    fn noted(&self, change: &Change) -> Json {
        let case = self.read("unit-head", "");
        let noted = case["noted"].as_array().unwrap().iter().find(|noted| noted["change"] == change.id().to_string());
        noted.unwrap().clone()
    }

    fn judge(&self, login: &str, change: &str, body: &Json) -> Answer {
        let etag = self.read("unit-head", "")["basis"].as_str().unwrap().to_owned();
        self.judge_on(&etag, login, change, body)
    }

    fn judge_on(&self, basis: &str, login: &str, change: &str, body: &Json) -> Answer {
        let call =
            Person::sign_in(self.server, login).call("POST", &format!("{}/changes/{change}/verdict", self.path()));
        call.header("If-Match", &format!("\"{basis}\"")).header("Idempotency-Key", "v").json(body).send()
    }
}

fn admit() -> Json {
    json!({"verdict": "admit", "reason": "经核实，乙系临时支援人员"})
}

on_both_databases! {
    fn an_admitted_change_has_effect_and_a_dismissed_one_never_does(server) {
        let case = Case::open(server);
        let waiting = case.noted(&case.note);
        assert_eq!((&waiting["excluded"], &waiting["dismissed"], &waiting["decision"]), (&json!(true), &json!(false), &json!(null)));
        let written = waiting["says"].as_array().unwrap().iter().find(|op| op["name"] == "note").unwrap();
        assert_eq!((&written["act"], &written["value"]), (&json!("put"), &json!("门口另有一块价目牌")));
        let basis = case.read("unit-head", "")["basis"].as_str().unwrap().to_owned();
        let note = case.note.id().to_string();
        let done = case.judge_on(&basis, "unit-head", &note, &admit()).expect(200).json();
        let again = case.judge_on(&basis, "unit-head", &note, &admit()).expect(200).json();
        assert_eq!(again["change"], done["change"], "the same key: decided once");
        let dismiss = json!({"verdict": "dismiss", "reason": "与本案无关"});
        let _ = case.judge("principal-head", &case.party.id().to_string(), &dismiss).expect(200);

        let decided = case.noted(&case.note);
        assert_eq!((&decided["class"], &decided["excluded"]), (&json!("quarantined"), &json!(false)));
        assert_eq!((&decided["decision"]["verdict"], &decided["decision"]["reason"]), (&json!("admit"), &admit()["reason"]));
        assert_eq!(decided["decision"]["by"]["officer"], Person::sign_in(server, "unit-head").me.officer);
        let dismissed = case.noted(&case.party);
        assert_eq!((&dismissed["excluded"], &dismissed["dismissed"]), (&json!(true), &json!(true)));
        // B takes no part in it, and so does not get the case: reach is not what a verdict gives.
        let state = case.a.pull_all(500).case(case.id);
        assert_eq!(state.value(None, &"note".into()).and_then(Value::as_text), Some("门口另有一块价目牌"));
        assert!(state.entities_of(&"party".into()).is_empty());
    }

    fn a_change_is_decided_once_by_a_head_who_saw_it_and_takes_no_part(server) {
        let mut case = Case::open(server);
        let (note, basis) = (case.note.id().to_string(), case.read("unit-head", "")["basis"].as_str().unwrap().to_owned());
        for (login, refused) in [
            ("officer-a", (403, "forbidden")),
            ("legal-reviewer", (403, "forbidden")),
            ("county-supervisor", (403, "forbidden")),
            ("agriculture-officer", (404, "not_found")),
            ("agency-admin", (404, "not_found")),
        ] {
            assert_eq!(case.judge(login, &note, &admit()).refusal(), (refused.0, refused.1.to_owned()), "{login}");
        }
        for unknown in ["x", &"9".repeat(64), &case.id.to_string()] {
            assert_eq!(case.judge("unit-head", unknown, &admit()).refusal(), (409, "not_quarantined".into()), "{unknown}");
        }
        for body in [json!({"verdict": "exclude", "reason": "x"}), json!({"verdict": "admit", "reason": " "})] {
            assert_eq!(case.judge("unit-head", &note, &body).refusal(), (400, "malformed".into()), "{body}");
        }
        let more = case.a.write(case.id, &[case.id], "title", "检查");
        case.a.push(&[&more]);
        assert_eq!(case.judge_on(&basis, "unit-head", &note, &admit()).refusal(), (412, "stale".into()));
        let _ = case.judge("unit-head", &note, &admit()).expect(200);
        assert_eq!(case.judge("principal-head", &note, &admit()).refusal(), (409, "not_quarantined".into()));
    }

    fn what_a_waiting_change_says_of_a_person_is_hidden_from_supervisors(server) {
        let case = Case::open(server);
        let seen = case.read("county-supervisor", "?purpose=x").to_string();
        assert!(seen.contains("500*************34") && !seen.contains("500237199001011234"));
        assert!(case.read("unit-head", "").to_string().contains("500237199001011234"));
    }
}
