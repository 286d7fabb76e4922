//! Tests of the console as a whole, over its routes.

use std::collections::BTreeSet;

use actix_web::body::MessageBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::COOKIE;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::Data;

use super::*;
use crate::clock::Clock;
use crate::flow::app::App;
use crate::flow::form_token::{FormKey, MadeFor};
use crate::flow::{console_session, seed};
use crate::serve::open::open;
use crate::web::middleware::wrap;
use crate::web::transport::Transport;

const PASSWORD: &str = "a trial password";
const HOST: (&str, &str) = ("host", "palm.example");
const ORIGIN: (&str, &str) = ("origin", "https://palm.example");

struct Desk {
    app: Data<App>,
    _directory: tempfile::TempDir,
}

/// An installation with people, behind a proxy that terminates TLS.
fn desk() -> Desk {
    desk_after(0)
}

/// The same, this many days later.
fn desk_after(days: i64) -> Desk {
    let directory = tempfile::tempdir().unwrap();
    let mut app = open(directory.path(), None, Clock::system()).unwrap();
    seed::people(&app.store, &app.tenant, PASSWORD, app.clock.now()).unwrap();
    app.clock = Clock::offset(days * 24 * 60 * 60 * 1000);
    Desk { app: Data::new(app), _directory: directory }
}

fn behind_tls() -> Data<Transport> {
    Data::new(Transport { own_tls: true, ..Transport::default() })
}

macro_rules! served {
    ($desk:expr) => {
        init_service(
            actix_web::App::new()
                .app_data($desk.app.clone())
                .app_data(behind_tls())
                .configure(pages)
                .wrap(from_fn(wrap)),
        )
        .await
    };
}

fn console_request(method: &str, path: &str) -> TestRequest {
    let method = method.parse().unwrap();
    let peer = std::net::SocketAddr::from(([127, 0, 0, 1], 9));
    TestRequest::with_uri(path).method(method).peer_addr(peer).insert_header(HOST)
}

async fn session(desk: &Desk, login: &str) -> String {
    console_session::begin(&desk.app, login.to_owned(), PASSWORD.to_owned(), None).await.unwrap()
}

/// The secret of the browser, to which forms are bound.
const BROWSER: &str = "abababababababababababababababababababababababababababababababab";

fn cookie(secret: &str) -> (actix_web::http::header::HeaderName, String) {
    (COOKIE, format!("__Host-palm-session={secret}; __Host-palm-visitor={BROWSER}"))
}

/// The token of a form that was made for the session of this secret.
async fn token(desk: &Desk, secret: &str) -> String {
    let caller = console_session::identify(&desk.app, secret).await.unwrap();
    FormKey::of(&desk.app.keys).token(BROWSER, MadeFor::Officer(caller.officer))
}

/// The token of a form without a signed-in person.
fn open_token(desk: &Desk, browser: &str) -> String {
    FormKey::of(&desk.app.keys).token(browser, MadeFor::Nobody)
}

fn header<'a>(response: &'a ServiceResponse<impl MessageBody>, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

async fn text(response: ServiceResponse<impl MessageBody>) -> String {
    String::from_utf8(read_body(response).await.to_vec()).unwrap()
}

/// A path of the list with ids that name nothing.
fn concrete(path: &str) -> String {
    path.replace("{act}", "close").replace("{id}", &"0".repeat(64)).replace("{digest}", &"0".repeat(64))
}

/// Methods and paths that the sources below a directory name.
fn in_sources(directory: &std::path::Path) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(in_sources(&path));
            continue;
        }
        let source = std::fs::read_to_string(path).unwrap();
        for line in source.lines() {
            for (start, method) in [("#[get(\"", "GET"), ("#[post(\"", "POST")] {
                if let Some(path) = line.strip_prefix(start).and_then(|rest| rest.strip_suffix("\")]")) {
                    found.insert((method.to_owned(), format!("/console{path}")));
                }
            }
        }
    }
    found
}

#[test]
fn the_list_of_routes_is_what_the_sources_say() {
    let listed: BTreeSet<_> = ROUTES.iter().map(|(method, path)| ((*method).to_owned(), (*path).to_owned())).collect();
    let sources = concat!(env!("CARGO_MANIFEST_DIR"), "/src/console");
    assert_eq!(listed, in_sources(sources.as_ref()));
    assert_eq!(listed.len(), ROUTES.len());
}

#[test]
fn every_text_is_escaped_and_no_page_has_script_or_style_of_its_own() {
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/templates")).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(path.extension().unwrap(), "html", "only this extension is escaped");
        for wrong in ["|safe", "| safe", "autoescape", "<script", "style=", " on", "javascript:", "http://", "https://"]
        {
            let found = text.find(wrong).map(|at| &text[at..text.len().min(at + 30)]);
            let prose = wrong == " on" && found.is_none_or(|found| !found.split('"').next().unwrap().contains('='));
            assert!(found.is_none() || prose, "{}: {found:?}", path.display());
        }
        let forms = text.matches("method=\"post\"").count();
        assert_eq!(forms, text.matches("name=\"csrf\"").count(), "{}: a token in every form", path.display());
    }
}

#[actix_web::test]
async fn a_form_of_another_site_or_without_the_token_does_nothing() {
    let desk = desk();
    let app = served!(desk);
    for (_, path) in ROUTES.iter().filter(|(method, _)| *method == "POST") {
        let secret = session(&desk, "agency-admin").await;
        let open = path.contains("sign-in") || path.contains("first-run");
        let token = if open { open_token(&desk, BROWSER) } else { token(&desk, &secret).await };
        let another = open_token(&desk, &"cd".repeat(32));
        let form = |fields: &[(&str, &str)]| {
            console_request("POST", &concrete(path)).insert_header(cookie(&secret)).set_form(fields)
        };
        let attempts = [
            ("no origin", form(&[("csrf", &token)])),
            ("foreign origin", form(&[("csrf", &token)]).insert_header(("origin", "https://evil.example"))),
            (
                "foreign site",
                form(&[("csrf", &token)]).insert_header(ORIGIN).insert_header(("sec-fetch-site", "cross-site")),
            ),
            ("no token", form(&[]).insert_header(ORIGIN)),
            ("another's token", form(&[("csrf", &another)]).insert_header(ORIGIN)),
        ];
        for (what, request) in attempts {
            let response = call_service(&app, request.to_request()).await;
            if path.contains("sign-in") && what.contains("token") {
                // Nothing is done; the password must be entered again.
                assert_eq!(header(&response, "location"), "/console/sign-in?next=%2Fconsole&again=1", "{what}");
                continue;
            }
            assert_eq!(response.status(), 403, "{path}: {what}");
            assert!(text(response).await.contains("cross_site"), "{path}: {what}");
        }
        let ours = form(&[("csrf", &token)]).insert_header(ORIGIN).to_request();
        assert!(!text(call_service(&app, ours).await).await.contains("cross_site"), "{path}: ours");
        let stands = console_session::identify(&desk.app, &secret).await.is_ok();
        assert_eq!(stands, *path != "/console/sign-out", "{path}: signing out ends the session, nothing else does");
    }
}

#[actix_web::test]
async fn a_form_is_never_taken_from_an_address() {
    let desk = desk();
    let (app, secret) = (served!(desk), session(&desk, "agency-admin").await);
    let token = token(&desk, &secret).await;
    for (_, path) in ROUTES.iter().filter(|(method, _)| *method == "POST") {
        let query = format!("csrf={token}&login=unit-head&password={}", PASSWORD.replace(' ', "%20"));
        let request = console_request("GET", &format!("{}?{query}", concrete(path))).insert_header(cookie(&secret));
        let response = call_service(&app, request.to_request()).await;
        assert!(response.response().cookies().next().is_none(), "{path}: nobody is signed in or out");
        let there = header(&response, "location");
        let to_its_page =
            there.is_empty() || there == "/console" || concrete(path).starts_with(there.split('?').next().unwrap());
        assert!(to_its_page || there == "/console/sign-in", "{path}: {there}");
    }
    assert!(console_session::identify(&desk.app, &secret).await.is_ok());
}

#[actix_web::test]
async fn the_session_cookie_is_bound_to_this_host_and_told_to_nobody() {
    let desk = desk();
    let app = served!(desk);
    let token = open_token(&desk, BROWSER);
    let request = console_request("POST", "/console/sign-in")
        .insert_header(ORIGIN)
        .insert_header((COOKIE, format!("__Host-palm-visitor={BROWSER}")))
        .set_form([("csrf", token.as_str()), ("login", "unit-head"), ("password", PASSWORD)]);
    let response = call_service(&app, request.to_request()).await;
    assert_eq!((response.status().as_u16(), header(&response, "location")), (303, "/console"));
    let set: Vec<String> = response.response().cookies().map(|cookie| cookie.to_string()).collect();
    let [one] = set.as_slice() else { panic!("{set:?}") };
    let secret = one.strip_prefix("__Host-palm-session=").unwrap().split(';').next().unwrap();
    assert_eq!(secret.len(), 64);
    for part in ["HttpOnly", "Secure", "SameSite=Strict", "Path=/"] {
        assert!(one.contains(part), "{one}");
    }
    assert!(!one.contains("Domain") && !one.contains(BROWSER), "{one}");
}

#[actix_web::test]
async fn every_page_forbids_scripts_frames_and_keeping() {
    let desk = desk();
    let (app, secret) = (served!(desk), session(&desk, "unit-head").await);
    for (_, path) in ROUTES.iter().filter(|(method, path)| *method == "GET" && !path.contains("static")) {
        let response =
            call_service(&app, console_request("GET", &concrete(path)).insert_header(cookie(&secret)).to_request())
                .await;
        let policy = header(&response, "content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{path}: {policy}");
        assert_eq!(header(&response, "cache-control"), "no-store", "{path}");
        assert_eq!(header(&response, "referrer-policy"), "same-origin", "{path}");
        assert_eq!(header(&response, "x-content-type-options"), "nosniff", "{path}");
    }
}

#[actix_web::test]
async fn a_visitor_who_is_not_signed_in_sees_only_the_sign_in_page() {
    let desk = desk();
    let app = served!(desk);
    let open = ["/console/static/{name}", "/console/sign-in", "/console/first-run", "/console/new-password"];
    for (_, path) in ROUTES.iter().filter(|(method, path)| *method == "GET" && !open.contains(path)) {
        let response = call_service(&app, console_request("GET", &concrete(path)).to_request()).await;
        let there = header(&response, "location");
        assert!(response.status() == 303 && there.starts_with("/console/sign-in?next=%2Fconsole"), "{path}: {there}");
    }
}

#[actix_web::test]
async fn the_language_is_chosen_on_any_page_and_kept() {
    let desk = desk();
    let app = served!(desk);
    let page =
        call_service(&app, console_request("GET", "/console/sign-in?next=%2Fconsole%2Fleads&lang=en").to_request())
            .await;
    assert_eq!(header(&page, "location"), "/console/sign-in?next=%2Fconsole%2Fleads");
    let kept = page.response().cookies().next().unwrap().to_string();
    assert!(kept.starts_with("__Host-palm-language=en;"), "{kept}");
    let english =
        console_request("GET", "/console/sign-in").insert_header((COOKIE, "__Host-palm-language=en")).to_request();
    assert!(text(call_service(&app, english).await).await.contains("<html lang=\"en\">"));
    let chinese = console_request("GET", "/console/sign-in").insert_header(("accept-language", "en")).to_request();
    assert!(text(call_service(&app, chinese).await).await.contains("<html lang=\"zh-CN\">"), "Chinese first");
}

#[actix_web::test]
async fn a_link_from_another_site_leads_to_its_page() {
    let desk = desk();
    let (app, secret) = (served!(desk), session(&desk, "unit-head").await);
    // The browser withholds the `SameSite=Strict` session cookie and sends the others.
    let from_elsewhere = console_request("GET", "/console/sign-in?next=%2Fconsole%2Falarms%3Fsize%3D20")
        .insert_header(("sec-fetch-site", "cross-site"))
        .insert_header((COOKIE, format!("__Host-palm-visitor={BROWSER}; __Host-palm-language=en")));
    let page = call_service(&app, from_elsewhere.to_request()).await;
    assert_eq!(page.status(), 200);
    let page = text(page).await;
    assert!(page.contains("<meta http-equiv=\"refresh\" content=\"0;url=/console/alarms?size=20\">"), "{page}");
    assert!(page.contains("<html lang=\"en\">") && !page.contains("type=\"password\""), "{page}");
    // From there the cookie comes along.
    let request = console_request("GET", "/console/alarms?size=20").insert_header(cookie(&secret));
    assert_eq!(call_service(&app, request.to_request()).await.status(), 200);
}

#[actix_web::test]
async fn who_is_signed_in_is_not_asked_to_sign_in_again() {
    let desk = desk();
    let (app, secret) = (served!(desk), session(&desk, "unit-head").await);
    let back =
        console_request("GET", "/console/sign-in?next=%2Fconsole%2Fleads").insert_header(cookie(&secret)).to_request();
    assert_eq!(header(&call_service(&app, back).await, "location"), "/console/leads");
    // A second window shows the old form: its token does not depend on the session.
    let fields = [("csrf", open_token(&desk, BROWSER)), ("login", "unit-head".into()), ("password", PASSWORD.into())];
    let second = console_request("POST", "/console/sign-in")
        .insert_header(ORIGIN)
        .insert_header(cookie(&secret))
        .set_form(fields);
    let answer = call_service(&app, second.to_request()).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, "/console"));
}

#[actix_web::test]
async fn an_address_that_only_takes_forms_leads_to_the_page_of_its_form() {
    let desk = desk();
    let (app, secret) = (served!(desk), session(&desk, "unit-head").await);
    for (address, page) in [
        ("/console/leads/00/answer", "/console/leads/00"),
        ("/console/officers/00/enrolment-code?lang=x", "/console/officers/00?lang=x"),
        ("/console/sign-out", "/console"),
    ] {
        let request = console_request("GET", address).insert_header(cookie(&secret)).to_request();
        assert_eq!(header(&call_service(&app, request).await, "location"), page, "{address}");
    }
}

#[actix_web::test]
async fn a_certificate_that_expired_stays_on_the_list_of_what_needs_attention() {
    // Ten years on, every certificate of the seeded people has expired, and none was replaced.
    let desk = desk_after(3653);
    let app = served!(desk);
    for (login, page) in
        [("agency-admin", "/console/officers"), ("unit-head", "/console/work"), ("officer-a", "/console/work")]
    {
        let secret = session(&desk, login).await;
        let page =
            text(call_service(&app, console_request("GET", page).insert_header(cookie(&secret)).to_request()).await)
                .await;
        let list = page.split("id=\"h-ending\"").nth(1).unwrap_or_else(|| panic!("{login}: {page}"));
        let list = list.split("</section>").next().unwrap();
        assert!(list.contains("李建国") && list.contains("已过期 "), "{login}: {list}");
        assert_eq!(login == "officer-a", !list.contains("陈晓梅"), "{login}: an officer is told of the own one");
    }
}

#[actix_web::test]
async fn nobodys_first_page_is_empty_and_each_of_its_links_leads_somewhere() {
    let desk = desk();
    let app = served!(desk);
    for login in seed::logins() {
        let secret = session(&desk, login.login).await;
        let work = console_request("GET", "/console/work").insert_header(cookie(&secret)).to_request();
        let page = text(call_service(&app, work).await).await;
        let steps = page.split("class=\"steps\"").nth(1).unwrap_or_else(|| panic!("{}: {page}", login.login));
        let steps = steps.split("</ol>").next().unwrap();
        let links: Vec<&str> = steps.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert!(links.len() >= 2, "{}: {links:?}", login.login);
        for link in links {
            let request = console_request("GET", link).insert_header(cookie(&secret)).to_request();
            assert_eq!(call_service(&app, request).await.status(), 200, "{}: {link}", login.login);
        }
        if let (Some(alarms), Some(cases)) = (page.find("id=\"h-alarms\""), page.find("id=\"h-cases\"")) {
            assert!(alarms < cases, "{}: alarms come before cases", login.login);
        }
    }
}

#[actix_web::test]
async fn who_revokes_a_phone_sees_whose_it_is() {
    let desk = desk();
    let app = served!(desk);
    let officer = console_session::identify(&desk.app, &session(&desk, "officer-a").await).await.unwrap();
    let (device, tenant, now) = (sync_core::id::DeviceId::new([7; 16]), desk.app.tenant, desk.app.clock.now());
    let row = crate::store::DeviceRow {
        id: device,
        officer: officer.officer,
        public_key: vec![4; 65],
        label: "执法终端".to_owned(),
        enrolled: now,
        revoked: None,
        revoked_reason: None,
        request_key: None,
        key_level: sync_core::key_level::KeyLevel::None,
        request_key_level: sync_core::key_level::KeyLevel::None,
    };
    desk.app
        .store
        .write(move |tx| tx.add_device(&tenant, &row).map_err(crate::flow::refusal::Failure::from))
        .await
        .unwrap();
    for (login, query) in [("officer-a", String::new()), ("agency-admin", format!("?officer={}", officer.officer))] {
        let secret = session(&desk, login).await;
        let form =
            console_request("GET", &format!("/console/devices/{device}/revoke{query}")).insert_header(cookie(&secret));
        let page = text(call_service(&app, form.to_request()).await).await;
        assert!(page.contains(&format!("{} · {}", officer.name, officer.agency_name)), "{login}: {page}");
    }
}
