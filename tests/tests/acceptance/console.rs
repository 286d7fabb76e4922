//! The console over plain HTTP: what a browser gets, and which forms are refused.

use serde_json::{Value as Json, json};
use server::console::ROUTES;
use sync_core::change::NewOp;
use sync_core::id::{CaseId, hex};
use sync_core::op::{OpId, OpRef};
use sync_core::value::Value;
use tests::actor::{add, random};
use tests::desk::{Desk, encoded, form, hidden};
use tests::http::Answer;
use tests::{Person, Phone, Server, on_both_databases};

const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// A text that would run if a page took it for markup; the word in it says where it was written.
fn markup(place: &str) -> String {
    format!("<img src=x onerror=alert('{place}')>\"'&amp;")
}

/// What the market bureau's station has: a case with a record, a phone, a lead.
struct Owned<'s> {
    server: &'s Server,
    case: String,
    record: String,
    device: String,
    officer: String,
    lead: String,
}

impl<'s> Owned<'s> {
    fn new(server: &'s Server) -> Self {
        let mut phone = Phone::of(server, "officer-a");
        let open = phone.open_case(&[]);
        let put = |on: Option<u32>, name: &str, text: String| {
            NewOp::put(on.map(OpRef::Own), name, vec![], Value::text(text.as_str()))
        };
        let ops = vec![
            add("record"),
            add("party"),
            put(None, "title", markup("title")),
            put(None, "remarks", markup("remarks")),
            put(Some(1), "name", markup("party")),
            put(Some(1), "legal_representative", markup("person")),
            put(Some(0), "asked_person", markup("asked")),
            put(None, "some_new_field", markup("unknown")),
        ];
        let body = phone.save(Some(open.id()), &[open.id()], ops);
        phone.push(&[&open, &body]);
        let lead = lead(server, &open.id());
        Self {
            server,
            case: open.id().to_string(),
            record: OpId { change: body.id(), index: 0 }.to_string(),
            device: phone.device.to_string(),
            officer: phone.officer.to_string(),
            lead,
        }
    }

    fn nothing(server: &'s Server) -> Self {
        let [device, officer, lead] = std::array::from_fn(|_| hex(&random::<16>()));
        let case = hex(&random::<32>());
        Self { server, record: format!("{case}.0"), case, device, officer, lead }
    }

    /// An address of the console with these ids in it.
    fn path(&self, route: &str) -> String {
        let id = match route.split('/').nth(2) {
            Some("cases") => &self.case,
            Some("leads") => &self.lead,
            Some("officers") => &self.officer,
            _ => &self.device,
        };
        let path = route.replace("{id}", id).replace("{act}", "return").replace("{digest}", &"0".repeat(64));
        path.replace("{target}", "case").replace("{name}", "title")
    }

    /// Everything that a form could have changed.
    fn state(&self) -> Json {
        let (head, administrator) =
            (Person::sign_in(self.server, "unit-head"), Person::sign_in(self.server, "agency-admin"));
        let get = |person: &Person<'_>, path: String| person.call("GET", &path).send().expect(200).json();
        let mut case = get(&head, format!("/v1/cases/{}", self.case));
        case.as_object_mut().unwrap().retain(|name, _| name == "basis");
        let phones = get(&administrator, format!("/v1/devices?officer={}", self.officer));
        json!([case, get(&head, format!("/v1/leads/{}", self.lead)), phones])
    }

    /// What a form would send to do something here.
    fn fields(&self, csrf: &str) -> Vec<(&'static str, String)> {
        let seen = self.state()[0]["basis"].as_str().unwrap_or_default().to_owned();
        vec![
            ("csrf", csrf.to_owned()),
            ("seen", seen),
            ("key", "k".to_owned()),
            ("target", self.record.clone()),
            ("text", "请补充".to_owned()),
            ("version", "1".to_owned()),
            ("reason", "遗失".to_owned()),
            ("officer", self.officer.clone()),
        ]
    }
}

fn lead(server: &Server, case: &CaseId) -> String {
    let body = json!({"case": case.to_string(), "kind": "procedure", "text": markup("lead")});
    let call = Person::sign_in(server, "county-supervisor").call("POST", "/v1/leads");
    let answer = call.header("Idempotency-Key", "f").json(&body).send().expect(201).json();
    answer["id"].as_str().unwrap().to_owned()
}

fn borrowed<'a>(fields: &'a [(&'static str, String)]) -> Vec<(&'static str, &'a str)> {
    fields.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

/// Routes that are about something of an agency's.
fn routes_with_ids(method: &str) -> impl Iterator<Item = &'static str> {
    let wanted = method.to_owned();
    let of = ROUTES.iter().filter(move |(method, path)| *method == wanted && path.contains("{id}"));
    of.map(|(_, path)| *path)
}

/// The page of a refusal, without what differs from request to request.
#[track_caller]
fn told(answer: &Answer) -> String {
    assert!(answer.header("content-type").starts_with("text/html"), "{}", answer.text());
    let text = answer.text();
    let main = text[text.find("<main").unwrap()..].split("</main>").next().unwrap().to_owned();
    let lines = main.lines().filter(|line| !line.contains("class=\"code\"") && !line.contains("data-request="));
    lines.collect::<Vec<_>>().join("\n")
}

/// What a cookie of an answer says, besides its value.
fn attributes(answer: &Answer, name: &str) -> (String, Vec<String>) {
    let mut all = answer.headers.get_all("set-cookie").iter().map(|set| set.to_str().unwrap());
    let set = all.find(|set| set.starts_with(&format!("{name}="))).unwrap_or_else(|| panic!("no cookie {name}"));
    let mut parts = set.split("; ");
    let value = parts.next().unwrap().split_once('=').unwrap().1.to_owned();
    let mut rest: Vec<String> = parts.map(str::to_owned).collect();
    rest.sort();
    (value, rest)
}

on_both_databases! {
    fn a_form_that_this_browser_was_not_shown_changes_nothing(server) {
        let owned = Owned::new(server);
        let (mut desk, mut other) = (Desk::of(server, "unit-head"), Desk::of(server, "principal-head"));
        let (ours, theirs) = (desk.csrf(), other.csrf());
        let before = owned.state();
        let own = desk.origin();
        for route in routes_with_ids("POST") {
            let path = owned.path(route);
            let send = |csrf: &str, headers: &[(&str, &str)]| {
                let call = headers.iter().fold(desk.call("POST", &path), |call, (name, value)| call.header(name, value));
                let fields = owned.fields(csrf);
                call.bytes("application/x-www-form-urlencoded", form(&borrowed(&fields))).send()
            };
            let attempts = [
                ("no token", send("", &[("Origin", &own)])),
                ("a wrong token", send(&"0".repeat(64), &[("Origin", &own)])),
                ("another's token", send(&theirs, &[("Origin", &own)])),
                ("no origin", send(&ours, &[])),
                ("another origin", send(&ours, &[("Origin", "https://evil.example")])),
                ("no origin to speak of", send(&ours, &[("Origin", "null")])),
                ("another site", send(&ours, &[("Origin", &own), ("Sec-Fetch-Site", "cross-site")])),
            ];
            for (what, answer) in attempts {
                assert_eq!(answer.status, 403, "{path}: {what}");
                assert!(answer.text().contains("cross_site"), "{path}: {what}");
            }
            let in_address = format!("{path}?{}", String::from_utf8(form(&borrowed(&owned.fields(&ours)))).unwrap());
            let answer = desk.call("GET", &in_address).header("Origin", &own).send();
            assert!(matches!(answer.status, 200 | 303 | 403 | 404 | 405), "{path}: {}", answer.status);
        }
        assert_eq!(owned.state(), before, "nothing was done");
        let fields = owned.fields(&ours);
        let _done = desk.post(&owned.path("/console/cases/{id}/act/{act}"), &borrowed(&fields)).expect(303);
        assert_ne!(owned.state(), before, "with token and origin it is done");
    }

    fn a_form_that_is_sent_twice_is_done_once(server) {
        let owned = Owned::new(server);
        let mut desk = Desk::of(server, "unit-head");
        let csrf = desk.csrf();
        let (path, fields) = (owned.path("/console/cases/{id}/act/{act}"), owned.fields(&csrf));
        let first = desk.post(&path, &borrowed(&fields)).expect(303);
        let after = owned.state();
        let second = desk.post(&path, &borrowed(&fields)).expect(303);
        assert_eq!((first.header("location"), owned.state()), (second.header("location"), after));
    }

    fn of_two_heads_at_once_the_second_is_told_and_loses_nothing_typed(server) {
        let owned = Owned::new(server);
        let (mut first, mut second) = (Desk::of(server, "unit-head"), Desk::of(server, "principal-head"));
        let path = owned.path("/console/cases/{id}/act/{act}");
        let (csrf, late_csrf) = (first.csrf(), second.csrf());
        let mut fields = owned.fields(&csrf);
        let mut late = owned.fields(&late_csrf);
        late.iter_mut().filter(|(name, _)| *name == "text").for_each(|(_, text)| *text = "我写了很久的\n退回意见 <b>".into());
        let _done = first.post(&path, &borrowed(&fields)).expect(303);
        let after = owned.state();
        let refused = second.post(&path, &borrowed(&late)).expect(412);
        let page = refused.text();
        assert!(page.contains("class=\"code\">stale<"), "{page}");
        assert!(page.contains("我写了很久的\n退回意见 &#60;b&#62;</textarea>"), "{page}");
        assert_eq!(owned.state(), after, "nothing was done");
        let lead = format!("/console/leads/{}", owned.lead);
        fields.iter_mut().filter(|(name, _)| *name == "version").for_each(|(_, version)| *version = "1".into());
        let _answered = first.post(&format!("{lead}/answer"), &borrowed(&fields)).expect(303);
        let again = second.post(&format!("{lead}/answer"), &borrowed(&late));
        assert!(matches!(again.status, 403 | 409 | 412), "{}", again.status);
        assert_eq!(owned.state()[1]["version"], 2);
    }

    fn who_does_not_say_to_have_read_a_changed_case_again_decides_nothing(server) {
        let owned = Owned::new(server);
        let (mut first, mut second) = (Desk::of(server, "unit-head"), Desk::of(server, "principal-head"));
        let path = owned.path("/console/cases/{id}/act/{act}");
        let (csrf, late_csrf) = (first.csrf(), second.csrf());
        let mut late = owned.fields(&late_csrf);
        late.iter_mut().filter(|(name, _)| *name == "text").for_each(|(_, text)| *text = "另一份意见".into());
        let _done = first.post(&path, &borrowed(&owned.fields(&csrf))).expect(303);
        let after = owned.state();
        let shown = second.post(&path, &borrowed(&late)).expect(412).text();
        let now = hidden(&shown, "now");
        assert_eq!(after[0]["basis"], now.as_str(), "the case as it is");
        assert_eq!(hidden(&shown, "seen"), late[1].1, "is not taken for what was seen");
        late.push(("now", now));
        for again in [None, Some("")] {
            let mut fields = late.clone();
            fields.extend(again.map(|again| ("again", again.to_owned())));
            for (language, words) in [("zh-CN", "请重新查看案卷，并勾选"), ("en", "read it again and tick")] {
                second.cookies.insert("palm-language".into(), language.into());
                let page = second.post(&path, &borrowed(&fields)).expect(412).text();
                assert!(page.contains("class=\"code\">stale<") && page.contains(words), "{page}");
                assert!(page.contains("另一份意见</textarea>") && page.contains("name=\"again\""), "{page}");
                assert_eq!(owned.state(), after, "nothing was done");
            }
        }
        late.push(("again", "1".to_owned()));
        let decided = second.post(&path, &borrowed(&late)).expect(409).text();
        assert!(decided.contains("class=\"code\">already_returned<"), "decided on what it is now: {decided}");
        assert!(!decided.contains("name=\"again\""), "and asked no second time");
    }

    fn the_cookie_of_a_session_is_the_servers_own_and_ends_with_it(server) {
        let mut desk = Desk::new(server);
        let planted = "ab".repeat(32);
        desk.cookies.insert("palm-session".into(), planted.clone());
        assert_eq!(desk.get("/console/cases").status, 303, "a secret that was not given");
        // Somebody planted a session: signing in does not take it over. The token of the form follows from it.
        let page = desk.get("/console/sign-in").expect(200);
        let csrf = hidden(&page.text(), "csrf");
        let fields = [("csrf", csrf.as_str()), ("login", "unit-head"), ("password", tests::server::PASSWORD)];
        let answer = desk.post("/console/sign-in", &fields).expect(303);
        let (secret, mut rest) = attributes(&answer, "palm-session");
        assert_eq!(rest, ["HttpOnly", "Path=/", "SameSite=Strict"], "over plain HTTP on loopback");
        assert!(secret.len() == 64 && secret != planted);
        let mut planter = Desk::new(server);
        planter.cookies.insert("palm-session".into(), planted);
        assert_eq!(planter.get("/console/work").status, 303, "the planted session is not signed in");
        let _works = desk.get("/console/work").expect(200);
        // A second window of the same browser that signs in again ends the first session.
        let (stolen, again) = (desk.clone(), desk.clone().post("/console/sign-in", &fields));
        assert_eq!(again.status, 303, "the token of before the session is this browser's still");
        desk.cookies.insert("palm-session".into(), attributes(&again, "palm-session").0);
        assert_eq!(stolen.call("GET", "/console/work").send().status, 303, "and the first session ended");
        let csrf = desk.csrf();
        let gone = desk.post("/console/sign-out", &[("csrf", &csrf)]).expect(303);
        rest = attributes(&gone, "palm-session").1;
        assert!(rest.contains(&"Max-Age=0".to_owned()), "{rest:?}");
        assert_eq!(stolen.call("GET", "/console/work").send().status, 303, "a copy of the cookie is worth nothing");
        assert_eq!(stolen.call("GET", "/v1/me").send().status, 401, "and the API takes no cookie");
    }

    fn over_tls_the_cookies_belong_to_this_host_alone(server) {
        server.start_with(&[("PALM_TRUSTED_PROXY", "127.0.0.1")]);
        let mut desk = Desk::over_tls(server);
        let answer = desk.get("/console/sign-in?lang=en").expect(303);
        let whole = ["HttpOnly", "Path=/", "SameSite=Strict", "Secure"];
        let lax = ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"];
        assert_eq!(attributes(&answer, "__Host-palm-language"), ("en".to_owned(), lax.map(str::to_owned).to_vec()));
        let page = desk.get("/console/sign-in").expect(200);
        assert!(page.text().contains("<html lang=\"en\">"), "the language is kept");
        assert_eq!(attributes(&page, "__Host-palm-visitor").1, lax);
        let signed_in = desk.sign_in("unit-head").expect(303);
        assert_eq!(attributes(&signed_in, "__Host-palm-session").1, whole);
        let secret = desk.cookies["__Host-palm-session"].clone();
        desk.cookies = [("palm-session".to_owned(), secret)].into();
        assert_eq!(desk.get("/console/work").status, 303, "a cookie without the prefix is not looked at");
    }

    fn every_page_has_the_same_policy_and_is_kept_by_nobody(server) {
        let owned = Owned::new(server);
        let mut desk = Desk::of(server, "unit-head");
        let mut pages = 0;
        for (_, route) in ROUTES.iter().filter(|(method, route)| *method == "GET" && !route.contains("/static/")) {
            let answer = desk.get(&owned.path(route));
            assert_eq!(answer.header("content-security-policy"), POLICY, "{route}");
            assert_eq!(answer.header("cache-control"), "no-store", "{route}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{route}");
            assert_eq!(answer.header("referrer-policy"), "same-origin", "{route}");
            assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{route}");
            pages += 1;
        }
        assert!(pages >= 18, "{pages}");
    }

    fn markup_in_any_text_is_shown_as_text(server) {
        let owned = Owned::new(server);
        let mut desk = Desk::of(server, "unit-head");
        let csrf = desk.csrf();
        let mut fields = owned.fields(&csrf);
        fields.iter_mut().filter(|(name, _)| *name == "text").for_each(|(_, text)| *text = markup("reason"));
        let _returned = desk.post(&owned.path("/console/cases/{id}/act/{act}"), &borrowed(&fields)).expect(303);
        let _answered = desk.post(&format!("/console/leads/{}/answer", owned.lead), &borrowed(&fields)).expect(303);
        let mut supervisor = Desk::of(server, "county-supervisor");
        let purpose = encoded(&markup("purpose"));
        let mut read = String::new();
        for path in ["/console/work", "/console/cases", "/console/leads", "/console/alarms", "/console/officers"] {
            read += &desk.get(path).expect(200).text();
        }
        for route in routes_with_ids("GET").filter(|route| !route.contains("evidence") && !route.contains("record")) {
            read += &desk.get(&owned.path(route)).text();
        }
        read += &supervisor.get(&format!("/console/cases?purpose={purpose}&text={purpose}")).expect(200).text();
        read += &supervisor.get(&format!("/console/cases/{}?purpose={purpose}", owned.case)).expect(200).text();
        read += &desk.get(&format!("/console/sign-in?next={purpose}")).text();
        for place in ["title", "remarks", "party", "person", "asked", "unknown", "lead", "reason", "purpose"] {
            assert!(read.contains(&format!("alert(&#39;{place}&#39;)&#62;&#34;&#39;&#38;amp;")), "{place} is shown");
        }
        assert!(!read.contains("<img src=x") && !read.contains("alert('"), "and never as markup");
    }

    fn an_id_of_another_agency_answers_like_one_of_nothing_on_every_address(server) {
        let (theirs, nothing) = (Owned::new(server), Owned::nothing(server));
        let mut desk = Desk::of(server, "agriculture-officer");
        let mut addresses = 0;
        for route in routes_with_ids("GET") {
            let (foreign, missing) = (desk.get(&theirs.path(route)), desk.get(&nothing.path(route)));
            assert_eq!((foreign.status, missing.status), (404, 404), "GET {route}");
            assert_eq!(told(&foreign), told(&missing), "GET {route}");
            addresses += 1;
        }
        let (csrf, before) = (desk.csrf(), theirs.state());
        for route in routes_with_ids("POST") {
            let fields = theirs.fields(&csrf);
            let (foreign, missing) = (
                desk.post(&theirs.path(route), &borrowed(&fields)),
                desk.post(&nothing.path(route), &borrowed(&fields)),
            );
            assert_eq!(foreign.status, missing.status, "POST {route}");
            assert!(matches!(foreign.status, 403 | 404), "POST {route}: {}", foreign.status);
            assert_eq!(told(&foreign), told(&missing), "POST {route}");
            addresses += 1;
        }
        assert!(addresses >= 15, "{addresses}");
        assert_eq!(theirs.state(), before);
    }

    fn a_refusal_is_a_page_in_the_language_of_its_reader(server) {
        let mut desk = Desk::of(server, "agency-admin");
        let csrf = desk.csrf();
        let long = "长".repeat(70_000);
        let lost = format!("/console/devices/{}/revoke", "0".repeat(32));
        for (lang, words) in [("zh-CN", ["回到首页", "未能完成"]), ("en", ["Back to the start", "Not done"])] {
            desk.cookies.insert("palm-language".into(), lang.into());
            let refusals = [
                (404, desk.get("/console/nothing")),
                (404, desk.get(&format!("/console/cases/{}", "0".repeat(64)))),
                (403, desk.get("/console/cases")),
                (404, desk.get("/console/officers/x")),
                (413, desk.post(&lost, &[("csrf", &csrf), ("reason", &long)])),
            ];
            for (status, answer) in refusals {
                assert_eq!(answer.status, status, "{}", answer.text());
                assert_eq!(answer.header("connection") == "close", status == 413, "what was not read is no next request");
                let text = answer.text();
                assert!(text.contains(&format!("<html lang=\"{lang}\">")), "{status} {lang}");
                assert!(words.iter().all(|word| text.contains(word)), "{status} {lang}: {text}");
            }
        }
    }

    fn a_database_that_takes_nothing_is_told_as_a_page_and_loses_no_session(server) {
        let mut desk = Desk::of(server, "unit-head");
        let _reads = desk.get("/console/work").expect(200);
        server.while_locked(|| {
            let page = desk.get("/console/cases");
            if page.status != 200 {
                assert_eq!(page.status, 503, "{}", page.text());
                assert!(page.text().contains("<h1>未能完成</h1>") && !page.header("retry-after").is_empty());
            }
            let answer = Desk::new(server).sign_in("unit-head");
            assert_eq!(answer.status, 503, "{}", answer.text());
            assert!(!answer.header("retry-after").is_empty(), "when to come again");
            assert!(answer.text().contains("<html lang=\"zh-CN\">"), "{}", answer.text());
        });
        let _still = desk.get("/console/work").expect(200);
    }
}
