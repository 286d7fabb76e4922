//! People in the console: forms that keep what was typed, a one-time password, and what is offered to whom.

use tests::desk::{Desk, hidden};
use tests::server::PASSWORD;
use tests::{Answer, Person, on_both_databases};

/// A person with a certificate, as the form has them.
const TYPED: [(&str, &str); 8] = [
    ("name", "覃小芳"),
    ("person_kind", "officer"),
    ("citizen_number", "110101199003070003"),
    ("number", "22370008031"),
    ("category", "市场监管"),
    ("region", ""),
    ("issued_on", "2026-03-01"),
    ("reason", "新录用人员"),
];

/// Sends the form of a page.
fn send(desk: &mut Desk<'_>, page: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
    let csrf = hidden(page, "csrf");
    let fields = [&[("csrf", csrf.as_str())], fields].concat();
    desk.post(path, &fields)
}

on_both_databases! {
    fn a_clerk_enters_a_person_gives_an_account_and_the_person_chooses_a_password(server) {
        let mut clerk = Desk::of(server, "agency-admin");
        let agency = Person::sign_in(server, "officer-a").me.agency;
        let page = clerk.get("/console/officers/new").expect(200).text();
        let key = hidden(&page, "key");
        let mut fields: Vec<(&str, &str)> = TYPED.to_vec();
        fields.extend([("agency", agency.as_str()), ("key", key.as_str()), ("valid_until", "2025-01-01")]);
        let refused = send(&mut clerk, &page, "/console/officers/new", &fields).expect(400).text();
        for (_, typed) in fields.iter().filter(|(_, typed)| !typed.is_empty()) {
            assert!(refused.contains(&format!("value=\"{typed}\"")) || refused.contains(&format!(">{typed}</textarea>")), "{typed}");
        }
        assert!(refused.contains("有效期止日不能早于发证日期"), "{refused}");
        fields.pop();
        fields.push(("valid_until", "2091-02-28"));
        let made = send(&mut clerk, &page, "/console/officers/new", &fields).expect(303);
        let again = send(&mut clerk, &page, "/console/officers/new", &fields).expect(303);
        let address = made.header("location").to_owned();
        assert_eq!(again.header("location"), address, "a form that is sent twice makes one person");
        let shown = clerk.get(&address).expect(200).text();
        assert!(shown.contains("覃小芳") && shown.contains("22370008031") && !shown.contains("110101199003070003"), "{shown}");
        let act = |clerk: &mut Desk<'_>, name: &str, more: &[(&str, &str)]| {
            let path = format!("{address}/act/{name}");
            let page = clerk.get(&path).expect(200).text();
            let hidden = [("version", hidden(&page, "version")), ("key", hidden(&page, "key"))];
            let mut fields: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (*name, value.as_str())).collect();
            fields.extend(more);
            send(clerk, &page, &path, &fields)
        };
        let _ = act(&mut clerk, "give-role", &[("role", "officer"), ("reason", "任职")]).expect(303);
        let given = act(&mut clerk, "account", &[("login", "qin-xiaofang"), ("reason", "新入职")]).expect(200).text();
        let one_time = given.split("<strong class=\"typed\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
        server.confides(&one_time);
        let mut officer = Desk::new(server);
        let sign_in = |desk: &mut Desk<'_>, password: &str| {
            let page = desk.get("/console/sign-in").expect(200).text();
            send(desk, &page, "/console/sign-in", &[("login", "qin-xiaofang"), ("password", password), ("next", "")])
        };
        let _ = sign_in(&mut officer, &one_time).expect(303);
        for page in ["/console/work", "/console/officers", "/console/devices"] {
            let led = officer.get(page).expect(303);
            assert_eq!(led.header("location"), "/console/password", "{page}");
        }
        let page = officer.get("/console/password").expect(200).text();
        let choose = |desk: &mut Desk<'_>, new: &str, repeated: &str| {
            send(desk, &page, "/console/password", &[("present", &one_time), ("password", new), ("repeated", repeated)])
        };
        let _ = choose(&mut officer, PASSWORD, "another one").expect(400);
        let _ = choose(&mut officer, PASSWORD, PASSWORD).expect(303);
        let _ = sign_in(&mut officer, PASSWORD).expect(303);
        let _ = officer.get("/console/work").expect(200);
        // Records in words, and what a colleague is not offered.
        let records = clerk.get(&format!("/console/register/events?officer={}", address.rsplit('/').next().unwrap())).expect(200).text();
        for said in ["登记人员", "授予角色", "开通了账号", "角色：执法人员", "新录用人员", "刘芳"] {
            assert!(records.contains(said), "{said}: {records}");
        }
        let seen = officer.get(&address).expect(200).text();
        assert!(!seen.contains("/act/") && !seen.contains("/console/register/events"), "{seen}");
        let _ = officer.get(&format!("{address}/act/transfer")).expect(403);
        let _ = officer.get("/console/officers/new").expect(403);
        let _ = officer.get("/console/register/events").expect(403);
    }

    fn a_form_about_somebody_who_was_changed_meanwhile_is_refused_and_filled_in_again(server) {
        let mut clerk = Desk::of(server, "agency-admin");
        let officer = Person::sign_in(server, "officer-b").me.officer;
        let path = format!("/console/officers/{officer}/act/correct");
        let page = clerk.get(&path).expect(200).text();
        let version = hidden(&page, "version");
        let correct = |clerk: &mut Desk<'_>, version: &str, name: &str| {
            let fields = [("version", version), ("name", name), ("person_kind", "officer"), ("citizen_number", ""), ("reason", "户籍更名")];
            send(clerk, &page, &path, &fields)
        };
        let _ = correct(&mut clerk, &version, "陈小梅").expect(303);
        let refused = correct(&mut clerk, &version, "陈晓玫").expect(412).text();
        assert!(refused.contains("value=\"陈晓玫\"") && refused.contains(">户籍更名</textarea>"), "{refused}");
        let _ = correct(&mut clerk, &hidden(&refused, "version"), "陈晓玫").expect(303);
    }
}
