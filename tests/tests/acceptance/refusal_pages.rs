//! Refusals below `/console` before authentication and on server overload are pages too.

use tests::desk::Desk;
use tests::raw::Raw;
use tests::{Server, on_both_databases};

const SHORT: [(&str, &str); 3] =
    [("PALM_HEAD_TIMEOUT_S", "2"), ("PALM_BODY_SILENCE_S", "2"), ("PALM_REQUEST_TIMEOUT_S", "3")];

/// The cookies of a browser as its requests carry them.
fn cookies(desk: &Desk<'_>) -> String {
    desk.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
}

/// What a request that no browser's page makes is answered.
fn answer(server: &Server, request: &str) -> String {
    let mut raw = Raw::to(server);
    let _ = raw.send(request.as_bytes());
    raw.answer()
}

/// A page of this refusal, with the policy of pages.
#[track_caller]
fn is_page(text: &str, status: u16, code: &str) {
    assert!(text.starts_with(&format!("HTTP/1.1 {status} ")), "{status}: {text}");
    let head = text.split("\r\n\r\n").next().unwrap().to_lowercase();
    assert!(head.contains("content-type: text/html; charset=utf-8"), "{text}");
    for wanted in ["style-src 'self'", "referrer-policy: same-origin", "x-request-id: ", "cache-control: no-store"] {
        assert!(head.contains(wanted), "{wanted}: {text}");
    }
    assert!(text.contains(&format!("<p hidden class=\"code\">{code}</p>")), "{text}");
}

on_both_databases! {
    fn a_refusal_before_the_console_middleware_is_a_page_with_navigation(server) {
        server.start_with(&SHORT);
        let desk = Desk::of(server, "unit-head");
        let same = format!("Host: {}\r\nOrigin: {}\r\nCookie: {}\r\n", server.address(), desk.origin(), cookies(&desk));
        let form = "Content-Type: application/x-www-form-urlencoded\r\n";
        for (request, status, code) in [
            (format!("POST /console/sign-out HTTP/1.1\r\n{same}{form}Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx"), 415, "wrong_encoding"),
            (format!("GET /console/%00 HTTP/1.1\r\n{same}\r\n"), 404, "not_found"),
            (format!("GET /console/cases?text=%00 HTTP/1.1\r\n{same}\r\n"), 400, "unstorable_text"),
            (format!("POST /console/sign-out HTTP/1.1\r\n{same}{form}Content-Length: 9\r\n\r\nx"), 408, "too_slow"),
            (format!("POST /console/sign-out HTTP/1.1\r\n{same}{form}Content-Length: 99999999\r\n\r\nx"), 413, "too_large"),
            (format!("POST /console/sign-out HTTP/1.1\r\n{same}Content-Type: text/plain\r\nContent-Length: 1\r\n\r\nx"), 415, "wrong_content_type"),
            (format!("DELETE /console/cases HTTP/1.1\r\n{same}\r\n"), 405, "wrong_method"),
            (format!("DELETE /console/sign-out HTTP/1.1\r\n{same}\r\n"), 405, "wrong_method"),
            (format!("PUT /console/nothing HTTP/1.1\r\n{same}Content-Length: 0\r\n\r\n"), 404, "not_found"),
        ] {
            let text = answer(server, &request);
            is_page(&text, status, code);
            assert!(text.contains("lang=\"zh-CN\"") && text.contains("主导航") && text.contains("退出"), "{text}");
            let english = answer(server, &request.replace("Cookie: ", "Cookie: palm-language=en; "));
            is_page(&english, status, code);
            assert!(english.contains("Main navigation") && !english.contains("主导航"), "{english}");
        }
        let stranger = answer(server, "GET /console/%00 HTTP/1.1\r\nHost: palm\r\n\r\n");
        is_page(&stranger, 404, "not_found");
        assert!(stranger.contains("回到首页") && !stranger.contains("主导航"), "{stranger}");
        let elsewhere = answer(server, "GET /v1/%00 HTTP/1.1\r\nHost: palm\r\n\r\n");
        assert!(elsewhere.contains("application/problem+json"), "{elsewhere}");
    }

    fn a_head_that_is_not_read_gets_a_page_where_pages_are(server) {
        let head = |target: &str, headers: &str| answer(server, &format!("GET {target} HTTP/1.1\r\nHost: palm\r\n{headers}\r\n"));
        let long = format!("X: {}\r\n", "x".repeat(33 << 10));
        let twice = "Content-Length: 1\r\nContent-Length: 2\r\n";
        for (headers, status, code) in [(long.as_str(), 431, "head_too_long"), (twice, 400, "ambiguous_framing")] {
            let page = head("/console/work?x=1", headers);
            assert!(page.starts_with(&format!("HTTP/1.1 {status} ")) && page.contains(&format!("class=\"code\">{code}<")), "{page}");
            assert!(page.contains("lang=\"zh-CN\"") && page.contains("回到首页") && page.contains("style-src 'self'"), "{page}");
            let english = head("/console", &format!("Cookie: a=b; palm-language=en\r\n{headers}"));
            assert!(english.contains("Back to the start") && english.contains("class=\"code\">"), "{english}");
            let problem = head("/v1/cases", headers);
            assert!(problem.contains("application/problem+json") && problem.contains(code), "{problem}");
        }
    }
}
