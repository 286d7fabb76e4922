//! Text typed into a form of the console is never lost and never shown to another person.

use serde_json::json;
use sync_core::change::NewOp;
use sync_core::id::CaseId;
use sync_core::op::OpId;
use tests::desk::{Desk, encoded, hidden};
use tests::server::PASSWORD;
use tests::{Person, Phone, Server, on_both_databases};

/// Fields of a form.
type Fields = Vec<(&'static str, String)>;

/// A case with a record, a lead about it and a phone, and the basis that a head sees.
struct Desktop<'s> {
    server: &'s Server,
    case: CaseId,
    record: String,
    lead: String,
    device: String,
    officer: String,
}

impl<'s> Desktop<'s> {
    fn new(server: &'s Server) -> Self {
        let mut phone = Phone::of(server, "officer-a");
        let open = phone.open_case(&[]);
        let add = NewOp::add("record", "a");
        let body = phone.save(Some(open.id()), &[open.id()], vec![add]);
        phone.push(&[&open, &body]);
        let lead = json!({"case": open.id().to_string(), "kind": "procedure", "text": "请说明"});
        let call = Person::sign_in(server, "county-supervisor").call("POST", "/v1/leads");
        let lead = call.header("Idempotency-Key", "k").json(&lead).send().expect(201).json();
        Self {
            server,
            case: open.id(),
            record: OpId { change: body.id(), index: 0 }.to_string(),
            lead: lead["id"].as_str().unwrap().to_owned(),
            device: phone.device.to_string(),
            officer: phone.officer.to_string(),
        }
    }

    fn basis(&self) -> String {
        let head = Person::sign_in(self.server, "unit-head");
        let case = head.call("GET", &format!("/v1/cases/{}", self.case)).send().expect(200).json();
        case["basis"].as_str().unwrap().to_owned()
    }

    /// Every form that people type prose into: who sends it, its page, its address, and its fields.
    fn forms(&self) -> Vec<(&'static str, String, String, Fields)> {
        let act = |act: &str| format!("/console/cases/{}/act/{act}", self.case);
        let lead = format!("/console/leads/{}", self.lead);
        let revoke = format!("/console/devices/{}/revoke", self.device);
        let seen = self.basis();
        vec![
            (
                "unit-head",
                act("return"),
                act("return"),
                vec![("seen", seen), ("target", self.record.clone()), ("purpose", String::new())],
            ),
            (
                "county-supervisor",
                act("lead"),
                act("lead"),
                vec![("seen", String::new()), ("kind", "law".into()), ("purpose", "专项监督".into())],
            ),
            ("principal-head", lead.clone(), format!("{lead}/answer"), vec![("version", "1".into())]),
            ("agency-admin", revoke.clone(), revoke, vec![("officer", self.officer.clone())]),
        ]
    }
}

/// `length` characters that nobody else types.
fn long(length: usize) -> String {
    "巫峡镇广东中路的经营者现场陈述与申辩意见".chars().cycle().take(length).collect()
}

fn sent<'a>(
    csrf: &'a str,
    fields: &'a [(&'static str, String)],
    named: &'static str,
    text: &'a str,
) -> Vec<(&'static str, &'a str)> {
    let known = fields.iter().map(|(name, value)| (*name, value.as_str()));
    known.chain([("csrf", csrf), (named, text)]).collect()
}

/// Ends the session at the server, as another window that signs out does: this one keeps its cookie.
fn end_session(desk: &Desk<'_>) {
    let mut other = desk.clone();
    let csrf = other.csrf();
    let _out = other.post("/console/sign-out", &[("csrf", &csrf)]).expect(303);
}

/// Signs in with the form of the page at `address`, and answers where that leads.
fn sign_in_at(desk: &mut Desk<'_>, address: &str, login: &str) -> String {
    let page = desk.get(address).expect(200).text();
    let (csrf, next) = (hidden(&page, "csrf"), hidden(&page, "next"));
    let fields = [("csrf", csrf.as_str()), ("next", &next), ("login", login), ("password", PASSWORD)];
    desk.post("/console/sign-in", &fields).expect(303).header("location").to_owned()
}

fn code(page: &str, code: &str) -> bool {
    page.contains(&format!("class=\"code\">{code}<"))
}

on_both_databases! {
    fn every_form_gets_its_text_back_after_signing_in_again(server) {
        let desktop = Desktop::new(server);
        for (login, page, action, fields) in desktop.forms() {
            let named = if page.ends_with("revoke") { "reason" } else { "text" };
            let text = long(if named == "reason" { 190 } else if page.ends_with("return") { 500 } else { 1300 });
            let mut desk = Desk::of(server, login);
            let csrf = desk.csrf();
            end_session(&desk);
            let answer = desk.post(&action, &sent(&csrf, &fields, named, &text)).expect(303);
            let there = answer.header("location").to_owned();
            assert_eq!(there, format!("/console/sign-in?next={}&kept=1", encoded(&page)));
            assert!(desk.get(&there).expect(200).text().contains("已保留"), "{page}: it is said");
            assert_eq!(sign_in_at(&mut desk, &there, login), page, "to the page of the form");
            let shown = desk.get(&page).expect(200).text();
            assert!(shown.contains(&text) && shown.contains("没有提交成功"), "{page}: {shown}");
            let work = desk.get("/console/work").expect(200).text();
            assert!(work.contains(&format!("href=\"{page}\"")), "and it is listed as unsent: {page}");
            let empty = desk.get(&format!("{page}?fresh=1"));
            assert!(!empty.text().contains(&text), "{page}: who wants an empty form gets one");
            // The form as it is shown can be sent as it is.
            let fresh: Fields = fields.iter().map(|(name, _)| (*name, field(&shown, name))).collect();
            let csrf = hidden(&shown, "csrf");
            let _done = desk.post(&action, &sent(&csrf, &fresh, named, &text)).expect(303);
            assert!(!desk.get("/console/work").expect(200).text().contains(&format!("href=\"{page}\"")), "and is gone then");
            assert!(!server.log_text().contains("巫峡镇广东中路"), "nothing that is typed is logged");
        }
    }

    fn what_one_person_typed_is_given_to_nobody_else(server) {
        let desktop = Desktop::new(server);
        let text = long(1300);
        let page = format!("/console/leads/{}", desktop.lead);
        let mut desk = Desk::of(server, "unit-head");
        let csrf = desk.csrf();
        // In another window of the same browser somebody else signs in.
        end_session(&desk);
        let _other = desk.sign_in("principal-head").expect(303);
        let fields = vec![("version", "1".to_owned())];
        let refused = desk.post(&format!("{page}/answer"), &sent(&csrf, &fields, "text", &text)).expect(409).text();
        assert!(code(&refused, "other_account") && refused.contains("主导航"), "{refused}");
        for address in [page.as_str(), "/console/work", &format!("{page}?lang=en"), "/console/leads"] {
            assert!(!desk.get(address).text().contains(&text[..30]), "{address}");
        }
        assert!(!refused.contains(&text[..30]));
        let lead = Person::sign_in(server, "unit-head").call("GET", &format!("/v1/leads/{}", desktop.lead)).send().expect(200);
        assert_eq!(lead.json()["version"], 1, "nothing was done in the other's name");
        let csrf = desk.csrf();
        let _out = desk.post("/console/sign-out", &[("csrf", &csrf)]).expect(303);
        let _back = desk.sign_in("unit-head").expect(303);
        assert!(desk.get(&page).expect(200).text().contains(&text), "its author finds it again");
    }

    fn nobody_can_put_a_text_into_the_form_of_somebody_else(server) {
        let desktop = Desktop::new(server);
        let mut theirs = Desk::of(server, "unit-head");
        let token = theirs.csrf();
        let (author, tag) = token.split_once('.').unwrap();
        let mut stranger = Desk::new(server);
        let _visit = stranger.get("/console/sign-in").expect(200);
        let page = format!("/console/leads/{}", desktop.lead);
        for forged in [token.clone(), format!("{author}.{}", "0".repeat(64)), format!("-.{tag}")] {
            let fields = vec![("version", "1".to_owned())];
            let refused = stranger.post(&format!("{page}/answer"), &sent(&forged, &fields, "text", "塞进来的话")).expect(403);
            assert!(code(&refused.text(), "cross_site"));
        }
        assert!(!theirs.get(&page).expect(200).text().contains("塞进来的话"));
        assert!(!theirs.get("/console/work").expect(200).text().contains("尚未提交成功"));
    }

    fn of_two_heads_who_answer_one_lead_the_second_keeps_the_text(server) {
        let desktop = Desktop::new(server);
        let (mut first, mut second) = (Desk::of(server, "unit-head"), Desk::of(server, "principal-head"));
        let (path, text) = (format!("/console/leads/{}/answer", desktop.lead), long(1300));
        let (csrf, late) = (first.csrf(), second.csrf());
        let fields = vec![("version", "1".to_owned())];
        let _done = first.post(&path, &sent(&csrf, &fields, "text", "已补正")).expect(303);
        let refused = second.post(&path, &sent(&late, &fields, "text", &text)).expect(412).text();
        assert!(code(&refused, "stale") && refused.contains(&text) && refused.contains("可以复制"), "{refused}");
        let switched = second.get(&format!("{path}?lang=en")).expect(303);
        let there = switched.header("location").to_owned();
        let there = second.get(&there).header("location").to_owned();
        let english = second.get(&there).expect(200).text();
        assert!(english.contains(&text) && english.contains("<html lang=\"en\">"), "the other language keeps it too");
    }

    fn a_form_that_is_sent_again_is_known_by_what_it_says(server) {
        let desktop = Desktop::new(server);
        let mut supervisor = Desk::of(server, "county-supervisor");
        let raise = format!("/console/cases/{}/act/lead", desktop.case);
        let fields = vec![("kind", "law".to_owned()), ("purpose", "监督".to_owned()), ("seen", String::new())];
        let places: Vec<String> = ["适用法律不当", "适用法律不当\r\n ", "另一件事"].map(|text| {
            // Going back shows a new page: nothing in it is as it was but what is typed.
            let csrf = supervisor.csrf();
            supervisor.post(&raise, &sent(&csrf, &fields, "text", text)).expect(303).header("location").to_owned()
        }).to_vec();
        assert_eq!(places[0], places[1]);
        assert_ne!(places[0], places[2], "what says something else is something else");
        let mut head = Desk::of(server, "unit-head");
        let (answer, version) = (format!("/console/leads/{}/answer", desktop.lead), vec![("version", "1".to_owned())]);
        for _ in 0..2 {
            let csrf = head.csrf();
            let _done = head.post(&answer, &sent(&csrf, &version, "text", "已补正")).expect(303);
        }
        let csrf = head.csrf();
        let _other = head.post(&answer, &sent(&csrf, &version, "text", "别的话")).expect(412);
        let act = format!("/console/cases/{}/act/return", desktop.case);
        let fields = vec![("seen", desktop.basis()), ("target", desktop.record.clone()), ("purpose", String::new())];
        for _ in 0..2 {
            let csrf = head.csrf();
            let _done = head.post(&act, &sent(&csrf, &fields, "text", "请补充")).expect(303);
        }
        let csrf = head.csrf();
        let _other = head.post(&act, &sent(&csrf, &fields, "text", "请补充来源")).expect(412);
        let phones = Person::sign_in(server, "agency-admin");
        let mut admin = Desk::of(server, "agency-admin");
        let revoke = format!("/console/devices/{}/revoke", desktop.device);
        let whose = vec![("officer", desktop.officer.clone())];
        for _ in 0..2 {
            let csrf = admin.csrf();
            let _done = admin.post(&revoke, &sent(&csrf, &whose, "reason", "遗失")).expect(303);
        }
        let list = phones.call("GET", &format!("/v1/devices?officer={}", desktop.officer)).send().expect(200);
        assert!(list.text().contains("遗失"));
    }

    fn a_form_that_the_database_cannot_take_is_shown_again_and_can_be_sent(server) {
        let desktop = Desktop::new(server);
        let mut head = Desk::of(server, "unit-head");
        let csrf = head.csrf();
        let answer = (format!("/console/leads/{}/answer", desktop.lead), vec![("version", "1".to_owned())], 1300);
        let returned = format!("/console/cases/{}/act/return", desktop.case);
        let returned = (returned, vec![("seen", desktop.basis()), ("target", desktop.record.clone())], 500);
        for (path, fields, length) in [answer, returned] {
            let (text, mut shown) = (long(length), String::new());
            server.while_locked(|| {
                let refused = head.post(&path, &sent(&csrf, &fields, "text", &text));
                assert_eq!(refused.status, 503, "{}", refused.text());
                shown = refused.text();
            });
            assert!(shown.contains(&text) && shown.contains(&format!("action=\"{path}\"")), "{shown}");
            let again: Vec<_> = fields.iter().map(|(name, _)| (*name, field(&shown, name))).collect();
            assert_eq!(again, fields, "the form carries what it carried");
            let csrf = hidden(&shown[shown.rfind("<form").unwrap()..], "csrf");
            let _done = head.post(&path, &sent(&csrf, &again, "text", &text)).expect(303);
        }
    }

    fn a_form_whose_token_is_gone_is_shown_again_to_who_typed_it(server) {
        let desktop = Desktop::new(server);
        let mut head = Desk::of(server, "unit-head");
        let (path, text) = (format!("/console/leads/{}/answer", desktop.lead), long(1300));
        let csrf = head.csrf();
        // The browser was restarted with its pages and without its cookies, and somebody signed in again.
        head.cookies.clear();
        let _again = head.sign_in("unit-head").expect(303);
        let fields = vec![("version", "1".to_owned())];
        let shown = head.post(&path, &sent(&csrf, &fields, "text", &text)).expect(403).text();
        assert!(code(&shown, "cross_site") && shown.contains(&text), "{shown}");
        let csrf = hidden(&shown[shown.find("h-left").unwrap()..], "csrf");
        let _done = head.post(&path, &sent(&csrf, &fields, "text", &text)).expect(303);
    }

    fn signed_in_a_link_from_another_site_works(server) {
        let mut desk = Desk::of(server, "unit-head");
        let page = "/console/alarms?size=20";
        // What a browser sends when another site leads here: not the session's cookie, which is SameSite=Strict.
        let mut arriving = desk.clone();
        let session = arriving.cookies.remove("palm-session").unwrap();
        let elsewhere = |desk: &Desk<'_>, path: &str| desk.call("GET", path).header("Sec-Fetch-Site", "cross-site").send();
        let first = elsewhere(&arriving, page).expect(303);
        let onward = elsewhere(&arriving, first.header("location")).expect(200);
        assert!(onward.text().contains(&format!("content=\"0;url={page}\"")), "{}", onward.text());
        assert!(onward.header("set-cookie").is_empty(), "what forms are bound to came along and stays");
        let _shown = desk.get(page).expect(200);
        // A browser that does not say where it comes from is shown the form: the right password is right.
        let form = arriving.get(first.header("location")).expect(200).text();
        arriving.cookies.insert("palm-session".into(), session);
        let (csrf, next) = (hidden(&form, "csrf"), hidden(&form, "next"));
        let fields = [("csrf", csrf.as_str()), ("next", &next), ("login", "unit-head"), ("password", PASSWORD)];
        let answer = arriving.post("/console/sign-in", &fields).expect(303);
        assert_eq!(answer.header("location"), page);
        let _shown = arriving.get(page).expect(200);
    }
}

/// The value of a field of a form, hidden, chosen or typed.
fn field(page: &str, name: &str) -> String {
    let form = &page[page.rfind("<form").unwrap()..];
    let hidden = format!("name=\"{name}\" value=\"");
    if let Some(at) = form.find(&hidden) {
        return form[at + hidden.len()..].split('"').next().unwrap().to_owned();
    }
    let chosen =
        |mark: &str| form.split('<').find(|tag| tag.contains(mark)).and_then(|tag| tag.split("value=\"").nth(1));
    let value =
        chosen(" selected").or_else(|| chosen(" checked")).unwrap_or_else(|| panic!("no field {name} in {form}"));
    value.split('"').next().unwrap().to_owned()
}
