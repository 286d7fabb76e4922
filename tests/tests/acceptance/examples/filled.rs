//! What each operation's example needs of an installation: somebody who may, and the ids of what it is about.

use std::collections::BTreeMap;
use std::sync::Arc;

use api_spec::device::{Challenge, NewChallenge, hand_in_message, token_message};
use api_spec::session::AccessToken;
use serde_json::{Value as Json, json};
use sync_core::change::NewOp;
use sync_core::id::{ChangeId, hex};
use sync_core::op::{Act, OpRef};
use sync_core::sign::Signer as _;
use sync_core::value::Value;
use tests::actor::{enrolment, fresh_key};
use tests::http::Call;
use tests::prover::Prover;
use tests::server::PASSWORD;
use tests::{Person, Phone, Server};

use crate::casework::Case;
use crate::evidence::{claim, digest, upload};

#[path = "qualified.rs"]
mod qualified;

/// What is filled into an example.
#[derive(Debug, Clone, Default)]
pub struct Filled {
    /// Whose token goes along.
    token: Option<String>,
    /// The key that proves the request.
    prover: Option<Arc<Prover>>,
    /// Parameters by name.
    parts: BTreeMap<String, String>,
    /// Members of the body by name.
    pub body: BTreeMap<String, String>,
}

impl Filled {
    fn of(token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..Self::default() }
    }

    /// The token of a phone, with its proof.
    fn of_phone(phone: &Phone<'_>) -> Self {
        Self { prover: phone.prover.clone(), ..Self::of(phone.token()) }
    }

    /// The request with token and proof.
    pub fn authenticate(&self, call: Call) -> Call {
        match (&self.token, &self.prover) {
            (Some(token), Some(prover)) => call.bound_token(prover, token),
            (Some(token), None) => call.token(token),
            (None, Some(prover)) => call.proved(prover),
            (None, None) => call,
        }
    }

    /// With a parameter.
    pub fn with(mut self, name: &str, text: &str) -> Self {
        self.parts.insert(name.to_owned(), text.to_owned());
        self
    }

    fn body(mut self, name: &str, text: &str) -> Self {
        self.body.insert(name.to_owned(), text.to_owned());
        self
    }

    /// What a parameter is, where it is not as it stands.
    pub fn part(&self, name: &str) -> Option<&str> {
        self.parts.get(name).map(String::as_str)
    }
}

/// An installation with a case and leads on it.
pub struct World<'s> {
    server: &'s Server,
    case: Case<'s>,
    lead: String,
}

impl<'s> World<'s> {
    pub fn new(server: &'s Server) -> Self {
        // Credentials name it.
        server.start_with(&[("PALM_PUBLIC_ADDRESS", crate::credential::ADDRESS)]);
        let mut case = Case::open(server);
        let heads = case.heads.clone();
        claim(&mut case.phone, case.id, &heads, digest(api_spec::text::SAMPLE_FILE));
        upload(&case.phone, api_spec::text::SAMPLE_FILE);
        let lead = raised(server, &case);
        // Lists have more than one page.
        raised(server, &case);
        quarantined(&mut Case::open(server));
        quarantined(&mut Case::open(server));
        Self { server, case, lead }
    }

    fn as_person(&self, login: &str) -> Filled {
        Filled::of(Person::sign_in(self.server, login).token())
    }

    fn as_phone(&self, login: &str) -> Filled {
        Filled::of_phone(&Phone::of(self.server, login))
    }

    fn officer(&self) -> String {
        self.case.phone.officer.to_string()
    }

    /// What an operation needs. One that is not known here fails: no example is left out.
    pub fn fill(&self, operation: &str) -> Filled {
        match operation {
            "healthz"
            | "readyz"
            | "read_jwks"
            | "evidence_options"
            | "read_statuses"
            | "verify_credential"
            | "read_issuer"
            | "read_credential_type" => Filled::default(),
            "issue_credential" => {
                let phone = Phone::with_bearer(self.server, "officer-b");
                crate::people::verification::verify(self.server, &phone.officer.to_string(), "22370001002");
                Filled::of(phone.token())
            }
            "list_agencies" | "list_officers" | "me" => self.as_person("officer-a"),
            "read_agency" | "add_agency" | "change_agency" | "move_agency" | "close_agency" | "reopen_agency"
            | "list_mandates" | "enter_mandate" | "read_mandate" | "end_mandate" | "list_powers" => {
                self.fill_of_agencies(operation)
            }
            "list_tasks" | "create_lease" | "read_reference" | "push_changes" | "pull_changes" | "reconcile_heads" => {
                self.as_phone("officer-a")
            }
            "read_officer" => self.as_person("agency-admin").with("id", &self.officer()),
            "check_roster" | "export_register" | "list_ending_certificates" => self.as_person("agency-admin"),
            "import_roster" => {
                let clerk = Person::sign_in(self.server, "agency-admin");
                let file = api_spec::text::SAMPLE_ROSTER.as_bytes().to_vec();
                let checked = clerk.call("POST", "/v1/register/check").bytes("text/csv", file).send().expect(200);
                Filled::of(clerk.token()).with("If-Match", checked.header("etag"))
            }
            "list_cases" | "export_cases" => {
                let agency = self.case.phone.agency.to_string();
                self.as_person("county-supervisor").with("agency", &agency).with("officer", &self.officer())
            }
            "list_alarms" => self.as_person("county-supervisor"),
            "list_looks" => {
                let case = self.case.id.to_string();
                self.as_person("audit-admin").with("case", &case).with("officer", &self.officer())
            }
            "list_register_events" | "export_register_events" => {
                self.as_person("audit-admin").with("officer", &self.entered(operation))
            }
            "renew_session" => {
                let phone = Phone::without_lease(self.server, "officer-a");
                let token: AccessToken = phone.ask_for_token().expect(201).read();
                let filled = Filled { prover: phone.prover, ..Filled::default() };
                filled.body("refresh_token", &token.refresh_token.unwrap())
            }
            "end_session" => Filled::of_phone(&Phone::without_lease(self.server, "officer-a")),
            "create_session" => Filled::default().body("password", PASSWORD),
            "change_password" => self.as_person("training-manager").body("present", PASSWORD),
            _ => self.fill_of_people(operation),
        }
    }

    fn fill_of_agencies(&self, operation: &str) -> Filled {
        let county = Person::sign_in(self.server, "county-admin");
        let list = county.call("GET", "/v1/agencies").send().expect(200).json();
        let of = |name: &str| {
            let found =
                list["items"].as_array().unwrap().iter().find(|one| one["name"].as_str().unwrap().contains(name));
            text(&found.unwrap_or_else(|| panic!("{name}"))["id"])
        };
        let filled = Filled::of(county.token());
        let on = |id: &str| {
            let tag = county.call("GET", &format!("/v1/agencies/{id}")).send().expect(200).header("etag").to_owned();
            filled.clone().with("id", id).with("If-Match", &tag)
        };
        let (market, government, street) = (of("市场监督管理局"), of("人民政府"), of("高唐街道办事处"));
        match operation {
            "add_agency" => {
                filled.body("parent", &market).body("acts_for", &market).body("reconsideration", &government)
            }
            "change_agency" => {
                on(&of("官渡市场监督管理所")).body("acts_for", &market).body("reconsideration", &government)
            }
            "move_agency" => on(&of("应急管理局")).body("parent", &market),
            "close_agency" => on(&of("骡坪市场监督管理所")),
            "reopen_agency" => {
                let id = of("龙门街道办事处");
                let call = on(&id);
                let close = county.call("POST", &format!("/v1/agencies/{id}/close"));
                let close = close.header("If-Match", call.part("If-Match").unwrap()).json(&json!({"reason": "x"}));
                let _ = close.send().expect(200);
                on(&id)
            }
            "enter_mandate" => filled.with("id", &street).body("organ", &market),
            "read_mandate" | "end_mandate" => {
                let body = json!({
                    "kind": "delegation", "organ": market, "items": ["SJ-J-001"], "powers": "x", "deed": "x",
                    "published": "x", "first_day": "2026-01-05", "last_day": "2098-12-31", "reason": "x"
                });
                let call = county.call("POST", &format!("/v1/agencies/{street}/mandates"));
                let entered = call.header("Idempotency-Key", operation).json(&body).send().expect(201);
                let id = text(&entered.json()["id"]);
                filled.with("id", &id).with("If-Match", entered.header("etag"))
            }
            _ => filled.with("id", &street),
        }
    }

    fn fill_of_people(&self, operation: &str) -> Filled {
        let officer = self.officer();
        match operation {
            "list_account_events" | "list_devices" => self.as_person("officer-a").with("officer", &officer),
            "list_password_resets" => self.as_person("agency-admin").with("officer", &officer),
            "create_enrolment_code" | "ask_password_reset" => self.as_person("agency-admin").body("officer", &officer),
            "confirm_password_reset" => self.as_person("county-admin").with("id", &self.reset()[0]),
            "choose_password" => self.codes_of_both_hands(),
            "create_device" => self.new_device(),
            "revoke_device" | "rename_device" => {
                let phone = Phone::of(self.server, "officer-a");
                Filled::of(phone.desk.token()).with("id", &phone.device.to_string())
            }
            "create_challenge" => Filled::default().body("device", &self.case.phone.device.to_string()),
            "create_device_token" => self.answered(token_message),
            "create_hand_in_token" => self.answered(hand_in_message),
            _ => self.fill_of_register(operation),
        }
    }

    /// Acts on people who are not needed elsewhere.
    fn fill_of_register(&self, operation: &str) -> Filled {
        let on = |login: &str| {
            let id = Person::sign_in(self.server, login).me.officer;
            self.as_person("agency-admin").with("id", &id).with("If-Match", "*")
        };
        let agency = self.case.phone.agency.to_string();
        match operation {
            "enter_officer" => self.as_person("agency-admin").body("agency", &agency),
            "correct_officer" | "correct_certificate" => on("officer-ending"),
            "transfer_officer" => on("other-head").body("agency", &agency),
            "deactivate_officer" => on("officer-expired"),
            "reactivate_officer" | "give_one_time_password" | "open_account" => {
                let id = self.entered(operation);
                self.as_person("agency-admin").with("id", &id).with("If-Match", "*")
            }
            "close_account" => on("department-supervisor"),
            "add_certificate" => on("principal-head"),
            "decide_certificate" => on("officer-suspended"),
            "see_card" => on("officer-a"),
            "confirm_certificate" => {
                let admin = Person::sign_in(self.server, "county-admin");
                let officer = Person::sign_in(self.server, "officer-a").me.officer;
                let body = json!({"number": "22370001001", "grounds": "查验原件", "reason": "核验"});
                let _ = crate::people::act(&admin, &officer, "/certificates/card-seen", &body).expect(200);
                self.as_person("agency-admin").with("id", &officer).with("If-Match", "*")
            }
            "give_role" => on("legal-reviewer"),
            "take_role" => on("case-reviewer"),
            "appoint_deputy" => {
                let deputy = Person::sign_in(self.server, "officer-b").me.officer;
                let tomorrow = server::clock::Clock::system().now().plus_ms(86_400_000).ms();
                let filled = on("unit-head").body("officer", &deputy).body("until_ms", &tomorrow.to_string());
                filled.body("from_ms", &(tomorrow - 1).to_string())
            }
            "end_deputy" => {
                let deputy = Person::sign_in(self.server, "officer-b").me.officer;
                let head = Person::sign_in(self.server, "unit-head").me.officer;
                let body = json!({"officer": deputy, "role": "unit_head", "from_ms": 1_795_370_400_000_i64,
                                  "until_ms": server::clock::Clock::system().now().plus_ms(86_400_000).ms(), "reason": "外出"});
                let admin = Person::sign_in(self.server, "agency-admin");
                let shown = crate::people::act(&admin, &head, "/deputies", &body).expect(201).json();
                on("unit-head").with("deputy", &text(&shown["deputies"][0]["id"]))
            }
            _ => self.fill_of_qualification(operation),
        }
    }

    /// Somebody new, as an operation needs them.
    fn entered(&self, operation: &str) -> String {
        let admin = Person::sign_in(self.server, "agency-admin");
        let body = json!({"agency": self.case.phone.agency.to_string(), "name": "示例", "reason": "示例"});
        let call = admin
            .call("POST", "/v1/officers")
            .header("Idempotency-Key", &hex(&tests::actor::random::<8>()))
            .json(&body);
        let id = text(&call.send().expect(201).json()["officer"]["id"]);
        let _ = match operation {
            "reactivate_officer" | "list_register_events" => {
                crate::people::act(&admin, &id, "/deactivation", &json!({"reason": "示例"})).expect(200)
            }
            "give_one_time_password" => {
                let body = json!({"login": "example-login", "reason": "示例"});
                crate::people::act(&admin, &id, "/account", &body).expect(201)
            }
            _ => return id,
        };
        id
    }

    fn fill_of_evidence(&self, operation: &str) -> Filled {
        match operation {
            "create_upload" => self.as_phone("officer-a"),
            "upload_piece" => self.announced("officer-b"),
            "upload_overridden" => self.announced("unit-head"),
            "upload_status" => self.announced("officer-ending"),
            "read_evidence" => {
                let digest = digest(api_spec::text::SAMPLE_FILE).to_string();
                let filled = self.as_person("unit-head").with("case", &self.case.id.to_string());
                let tag = format!("\"{digest}\"");
                filled.with("If-Range", &tag).with("If-Match", &tag).with("digest", &digest)
            }
            _ => self.fill_of_cases(operation),
        }
    }

    fn fill_of_cases(&self, operation: &str) -> Filled {
        let supervisor = || self.as_person("county-supervisor");
        match operation {
            "read_case" | "read_history" => self.as_person("unit-head").with("id", &self.case.id.to_string()),
            "read_record" => self.as_person("unit-head").with("id", &closed(self.server)),
            "register_decision" => {
                let case = Case::open(self.server);
                on(&case, "unit-head").body("target", &case.decision.to_string())
            }
            "return_record" => {
                let case = Case::open(self.server);
                on(&case, "unit-head").body("target", &case.record.to_string())
            }
            "judge_change" => {
                let mut case = Case::open(self.server);
                let change = quarantined(&mut case);
                on(&case, "unit-head").with("change", &change.to_string())
            }
            "write_off_evidence" => {
                let mut case = Case::open(self.server);
                let (heads, lost) = (case.heads.clone(), digest(b"never sent"));
                claim(&mut case.phone, case.id, &heads, lost);
                on(&case, "unit-head").with("digest", &lost.to_string())
            }
            "receive_filing" => on(&filed(self.server), "county-supervisor"),
            "close_case" => on(&closable(self.server), "unit-head"),
            "raise_lead" => supervisor().body("case", &self.case.id.to_string()),
            "list_leads" => supervisor().with("case", &self.case.id.to_string()),
            "read_lead" => supervisor().with("id", &self.lead),
            "answer_lead" => self.as_person("unit-head").with("id", &self.lead).with("If-Match", "\"1\""),
            "close_lead" => supervisor().with("id", &self.lead).with("If-Match", "\"2\""),
            other => panic!("a new operation `{other}`: say what its example needs"),
        }
    }

    /// A reset that was asked for: its id and the first code.
    fn reset(&self) -> [String; 2] {
        let administrator = Person::sign_in(self.server, "agency-admin");
        let body = json!({"officer": self.officer()});
        let asked = administrator.call("POST", "/v1/password-resets").json(&body).send().expect(201).json();
        let code = text(&asked["code"]);
        self.server.confides(&code);
        [text(&asked["id"]), code]
    }

    fn codes_of_both_hands(&self) -> Filled {
        let [id, first] = self.reset();
        let other = Person::sign_in(self.server, "county-admin");
        let confirmed = other.call("POST", &format!("/v1/password-resets/{id}/confirm")).send().expect(201).json();
        let second = text(&confirmed["code"]);
        self.server.confides(&second);
        Filled::default().body("first_code", &first).body("second_code", &second)
    }

    fn new_device(&self) -> Filled {
        let officer = Person::sign_in(self.server, "officer-a");
        let code = Person::sign_in(self.server, "county-admin").enrolment_code(&officer.me.officer);
        let wanted = enrolment(&code, &fresh_key());
        let filled = Filled::of(officer.token()).body("code", &code);
        filled.body("public_key", &wanted.public_key).body("proof", &wanted.proof)
    }

    fn answered(&self, message: fn(&str, &str) -> Vec<u8>) -> Filled {
        let phone = &Phone::with_bearer(self.server, "officer-a");
        let device = phone.device.to_string();
        let ask = self.server.call("POST", "/v1/device-challenges").json(&NewChallenge { device: device.clone() });
        let Challenge { challenge, .. } = ask.send().expect(201).read();
        let signature = hex(&phone.key.sign(&message(&device, &challenge)).unwrap());
        Filled::default().body("device", &device).body("challenge", &challenge).body("signature", &signature)
    }

    /// A phone that announced the file of the examples and has sent nothing of it.
    fn announced(&self, login: &str) -> Filled {
        let phone = Phone::with_bearer(self.server, login);
        let file = api_spec::text::SAMPLE_FILE;
        let begun = crate::evidence::announce(&phone, digest(file), file.len()).expect(201);
        Filled::of(phone.token()).with("upload", begun.header("location").rsplit('/').next().unwrap())
    }
}

fn text(value: &Json) -> String {
    value.as_str().unwrap().to_owned()
}

/// A command on a case as it stands.
fn on(case: &Case<'_>, login: &str) -> Filled {
    Filled::of(case.person(login).token()).with("id", &case.id.to_string()).with("If-Match", &case.etag())
}

fn raised(server: &Server, case: &Case<'_>) -> String {
    let supervisor = Person::sign_in(server, "county-supervisor");
    let body = json!({"case": case.id.to_string(), "kind": "procedure", "text": "请说明"});
    let key = hex(&tests::actor::random::<8>());
    let call = supervisor.call("POST", "/v1/leads").header("Idempotency-Key", &key).json(&body);
    text(&call.send().expect(201).json()["id"])
}

/// A change that waits for a decision: of somebody who takes no part in the case.
fn quarantined(case: &mut Case<'_>) -> ChangeId {
    let mut stranger = Phone::of(case.server, "officer-ending");
    let note = stranger.write(case.id, &case.heads, "note", "门口另有一块价目牌");
    let mut push = case.phone.push_of(vec![note.to_bytes()]);
    push.leases.push(stranger.lease.clone().unwrap().bytes);
    let _ = case.phone.push_call(&push).send().expect(200);
    note.id()
}

/// A case with nothing in the way of closing it.
fn closable(server: &Server) -> Case<'_> {
    let mut case = Case::open(server);
    case.save(vec![NewOp::new(Act::Withdraw).on(OpRef::Of(case.decision)).with(Value::text("误作"))]);
    case
}

fn closed(server: &Server) -> String {
    let case = closable(server);
    let _ = case.command("unit-head", "close", &json!({})).expect(200);
    case.id.to_string()
}

/// An inspection without code that was filed with the department of justice.
fn filed(server: &Server) -> Case<'_> {
    let mut case = Case::open(server);
    let step = |name: &str| NewOp::new(Act::RecordStep { step: name.into() });
    case.save(vec![
        NewOp::put(None, "plan_approved_ms", vec![], Value::Int(1_700_000_000_000)),
        step("no_code_reason").with(Value::text("县平台故障")),
        step("entered"),
        step("inspection_filed").with(Value::text("县平台故障，凭证件检查")),
    ]);
    case
}
