//! Promises of the console as a whole, over its routes.

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
    let directory = tempfile::tempdir().unwrap();
    let app = open(directory.path(), None, Clock::system()).unwrap();
    seed::people(&app.store, &app.tenant, PASSWORD, app.clock.now()).unwrap();
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

fn asked(method: &str, path: &str) -> TestRequest {
    let method = method.parse().unwrap();
    let peer = std::net::SocketAddr::from(([127, 0, 0, 1], 9));
    TestRequest::with_uri(path).method(method).peer_addr(peer).insert_header(HOST)
}

async fn session(desk: &Desk, login: &str) -> String {
    console_session::begin(&desk.app, login.to_owned(), PASSWORD.to_owned(), None).await.unwrap()
}

fn cookie(secret: &str) -> (actix_web::http::header::HeaderName, String) {
    (COOKIE, format!("__Host-palm-session={secret}"))
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
        let token = visit::form_token(&secret);
        let form =
            |fields: &[(&str, &str)]| asked("POST", &concrete(path)).insert_header(cookie(&secret)).set_form(fields);
        let attempts = [
            ("no origin", form(&[("csrf", &token)])),
            ("foreign origin", form(&[("csrf", &token)]).insert_header(("origin", "https://evil.example"))),
            (
                "foreign site",
                form(&[("csrf", &token)]).insert_header(ORIGIN).insert_header(("sec-fetch-site", "cross-site")),
            ),
            ("no token", form(&[]).insert_header(ORIGIN)),
            ("another's token", form(&[("csrf", &visit::form_token("another"))]).insert_header(ORIGIN)),
        ];
        for (what, request) in attempts {
            let response = call_service(&app, request.to_request()).await;
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
    for (_, path) in ROUTES.iter().filter(|(method, _)| *method == "POST") {
        let path = format!("{}?csrf={}", concrete(path), visit::form_token(&secret));
        let response = call_service(&app, asked("GET", &path).insert_header(cookie(&secret)).to_request()).await;
        assert!(!response.status().is_redirection() || path.contains("sign-in"), "{path}: {}", response.status());
    }
    assert!(console_session::identify(&desk.app, &secret).await.is_ok());
}

#[actix_web::test]
async fn the_session_cookie_is_bound_to_this_host_and_told_to_nobody() {
    let desk = desk();
    let app = served!(desk);
    let visitor = "ab".repeat(32);
    let request = asked("POST", "/console/sign-in")
        .insert_header(ORIGIN)
        .insert_header((COOKIE, format!("__Host-palm-visitor={visitor}")))
        .set_form([("csrf", visit::form_token(&visitor).as_str()), ("login", "unit-head"), ("password", PASSWORD)]);
    let response = call_service(&app, request.to_request()).await;
    assert_eq!((response.status().as_u16(), header(&response, "location")), (303, "/console"));
    let set: Vec<String> = response.response().cookies().map(|cookie| cookie.to_string()).collect();
    let [one] = set.as_slice() else { panic!("{set:?}") };
    let secret = one.strip_prefix("__Host-palm-session=").unwrap().split(';').next().unwrap();
    assert_eq!(secret.len(), 64);
    for part in ["HttpOnly", "Secure", "SameSite=Strict", "Path=/"] {
        assert!(one.contains(part), "{one}");
    }
    assert!(!one.contains("Domain") && !one.contains(&visitor), "{one}");
}

#[actix_web::test]
async fn every_page_forbids_scripts_frames_and_keeping() {
    let desk = desk();
    let (app, secret) = (served!(desk), session(&desk, "unit-head").await);
    for (_, path) in ROUTES.iter().filter(|(method, path)| *method == "GET" && !path.contains("static")) {
        let response =
            call_service(&app, asked("GET", &concrete(path)).insert_header(cookie(&secret)).to_request()).await;
        let policy = header(&response, "content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{path}: {policy}");
        assert_eq!(header(&response, "cache-control"), "no-store", "{path}");
        assert_eq!(header(&response, "referrer-policy"), "same-origin", "{path}");
        assert_eq!(header(&response, "x-content-type-options"), "nosniff", "{path}");
    }
}

#[actix_web::test]
async fn whoever_is_not_signed_in_is_asked_to_and_sees_nothing() {
    let desk = desk();
    let app = served!(desk);
    let open = ["/console/static/{name}", "/console/sign-in", "/console/first-run"];
    for (_, path) in ROUTES.iter().filter(|(method, path)| *method == "GET" && !open.contains(path)) {
        let response = call_service(&app, asked("GET", &concrete(path)).to_request()).await;
        let there = header(&response, "location");
        assert!(response.status() == 303 && there.starts_with("/console/sign-in?next=%2fconsole"), "{path}: {there}");
    }
}

#[actix_web::test]
async fn the_language_is_chosen_on_any_page_and_kept() {
    let desk = desk();
    let app = served!(desk);
    let page = call_service(&app, asked("GET", "/console/sign-in?next=%2fconsole%2fleads&lang=en").to_request()).await;
    assert_eq!(header(&page, "location"), "/console/sign-in?next=%2fconsole%2fleads");
    let kept = page.response().cookies().next().unwrap().to_string();
    assert!(kept.starts_with("__Host-palm-language=en;"), "{kept}");
    let english = asked("GET", "/console/sign-in").insert_header((COOKIE, "__Host-palm-language=en")).to_request();
    assert!(text(call_service(&app, english).await).await.contains("<html lang=\"en\">"));
    let chinese = asked("GET", "/console/sign-in").insert_header(("accept-language", "en")).to_request();
    assert!(text(call_service(&app, chinese).await).await.contains("<html lang=\"zh-CN\">"), "Chinese first");
}
