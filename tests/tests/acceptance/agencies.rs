//! Agencies by hand: entered, changed, moved, closed; delegations and powers of townships with their days.

use serde_json::{Value as Json, json};
use tests::desk::{Desk, hidden};
use tests::http::Answer;
use tests::{Person, Phone, Server, on_both_databases};

const MARKET: &str = "巫山县市场监督管理局";
const STATION: &str = "巫山县市场监督管理局高唐市场监督管理所";
const EMPTY: &str = "巫山县市场监督管理局官渡市场监督管理所";
const STREET: &str = "巫山县高唐街道办事处";

/// The ids of the county's agencies by name, as the county's administrator reads them.
fn id_of(server: &Server, name: &str) -> String {
    let list = Person::sign_in(server, "county-admin").call("GET", "/v1/agencies").send().expect(200).json();
    let items = list["items"].as_array().unwrap();
    items.iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("{name}"))["id"].as_str().unwrap().to_owned()
}

fn read(person: &Person<'_>, id: &str) -> (String, Json) {
    let answer = person.call("GET", &format!("/v1/agencies/{id}")).send().expect(200);
    (answer.header("etag").to_owned(), answer.json())
}

fn act(person: &Person<'_>, id: &str, act: &str, tag: &str, body: &Json) -> Answer {
    let call = person.call("POST", &format!("/v1/agencies/{id}/{act}")).header("Idempotency-Key", "k");
    let call = if tag.is_empty() { call } else { call.header("If-Match", tag) };
    call.json(body).send()
}

fn new_station(parent: &str, organ: &str, name: &str) -> Json {
    json!({
        "parent": parent, "name": name, "short_name": "巫市监新", "kind": "station", "sector": "market",
        "acts_for": organ, "reason": "机构改革"
    })
}

fn add(person: &Person<'_>, key: &str, body: &Json) -> Answer {
    person.call("POST", "/v1/agencies").header("Idempotency-Key", key).json(body).send()
}

fn delegation(organ: &str) -> Json {
    json!({
        "kind": "delegation", "organ": organ, "items": ["SJ-C-001", "SJ-J-001"], "powers": "警告，二千元以下罚款",
        "deed": "巫市监委〔2026〕1号", "published": "县政府网站", "first_day": "2026-01-05", "last_day": "2028-12-31",
        "reason": "签订委托书"
    })
}

fn powers(person: &Person<'_>, agency: &str, day: &str) -> Vec<(String, String)> {
    let list = person.call("GET", &format!("/v1/agencies/{agency}/powers?day={day}")).send().expect(200).json();
    let text = |one: &Json, name: &str| one[name].as_str().unwrap().to_owned();
    list["items"].as_array().unwrap().iter().map(|one| (text(one, "item"), text(one, "organ_name"))).collect()
}

on_both_databases! {
    fn an_agency_is_entered_changed_and_closed_with_a_reason_on_what_was_seen(server) {
        let admin = Person::sign_in(server, "agency-admin");
        let market = id_of(server, MARKET);
        let body = new_station(&market, &market, "巫山县市场监督管理局抱龙市场监督管理所");
        let entered = add(&admin, "one", &body).expect(201);
        let id = entered.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(entered.header("location"), format!("/v1/agencies/{id}"));
        assert_eq!(add(&admin, "one", &body).expect(201).json()["id"], *id, "the same request");
        assert_eq!(add(&admin, "two", &body).refusal(), (422, "agency_misfit".into()), "the name is taken");
        let (tag, detail) = read(&admin, &id);
        assert_eq!((&detail["agency"]["acts_for"], &detail["people"]), (&json!(market), &json!(0)));
        let change = json!({
            "name": "巫山县市场监督管理局抱龙所", "short_name": "巫市监抱龙", "kind": "station", "sector": "market",
            "acts_for": market, "reconsideration": null, "reason": "更名"
        });
        assert_eq!(act(&admin, &id, "change", "", &change).refusal(), (428, "precondition_required".into()));
        let changed = act(&admin, &id, "change", &tag, &change).expect(200);
        assert_eq!(changed.json()["name"], "巫山县市场监督管理局抱龙所");
        assert_eq!(act(&admin, &id, "change", &tag, &change).refusal(), (412, "stale".into()), "on what was seen before");
        let without = json!({"reason": " \u{200b}"});
        assert_eq!(act(&admin, &id, "close", changed.header("etag"), &without).refusal(), (400, "malformed".into()));
        let closed = act(&admin, &id, "close", changed.header("etag"), &json!({"reason": "撤并"})).expect(200);
        assert_eq!(closed.json()["active"], false);
        let below = new_station(&id, &market, "巫山县市场监督管理局抱龙二所");
        assert_eq!(add(&admin, "below", &below).refusal(), (409, "agency_closed".into()));
        let roster = crate::rosters::roster(&["甲,巫山县市场监督管理局抱龙所,,,,,"]);
        let report = admin.call("POST", "/v1/register/check").bytes("text/csv", roster).send().expect(200).json();
        assert_eq!(report["totals"]["refused"], 1, "nobody is entered there, with the next request: {report}");
        let again = act(&admin, &id, "reopen", closed.header("etag"), &json!({"reason": "恢复"})).expect(200);
        assert_eq!(again.json()["active"], true);
    }

    fn an_agency_with_people_or_open_cases_is_not_closed_and_the_answer_says_how_many(server) {
        let admin = Person::sign_in(server, "agency-admin");
        let station = id_of(server, STATION);
        let mut phone = Phone::of(server, "officer-a");
        let opening = phone.open_case(&[]);
        phone.push(&[&opening]);
        let (tag, detail) = read(&admin, &station);
        assert_eq!(detail["open_cases"], 1);
        let refused = act(&admin, &station, "close", &tag, &json!({"reason": "撤并"}));
        let said = refused.json()["detail"].as_str().unwrap().to_owned();
        assert_eq!(refused.refusal(), (409, "agency_in_use".into()));
        assert!(said.contains(&format!("在岗人员 {} 人", detail["people"])) && said.contains("未结案件 1 件"), "{said}");
        let (tag, _) = read(&admin, &id_of(server, MARKET));
        let refused = act(&admin, &id_of(server, MARKET), "close", &tag, &json!({"reason": "撤并"}));
        assert!(refused.text().contains("下级单位"), "{}", refused.text());
    }

    fn a_moved_agency_takes_its_cases_along_and_others_read_them_then(server) {
        let mut phone = Phone::of(server, "officer-a");
        let opening = phone.open_case(&[]);
        phone.push(&[&opening]);
        let county = Person::sign_in(server, "county-admin");
        let (station, market, government) =
            (id_of(server, STATION), id_of(server, MARKET), id_of(server, "巫山县人民政府"));
        let case = format!("/v1/cases/{}", opening.id());
        let of_the_bureau = || Person::sign_in(server, "principal-head").call("GET", &case).send().status;
        let found = || {
            let list = Person::sign_in(server, "principal-head").call("GET", "/v1/cases").send().expect(200).json();
            list["items"].as_array().unwrap().len()
        };
        assert_eq!((of_the_bureau(), found()), (200, 1));
        let (tag, _) = read(&county, &station);
        for (to, status) in [(&station, 422), (&market, 422), (&"0".repeat(32), 422)] {
            let refused = act(&county, &station, "move", &tag, &json!({"parent": to, "reason": "划转"}));
            assert_eq!(refused.status, status, "{to}: {}", refused.text());
        }
        let moved = act(&county, &station, "move", &tag, &json!({"parent": government, "reason": "划转"})).expect(200);
        assert_eq!(moved.json()["parent"], json!(government));
        assert_eq!((of_the_bureau(), found()), (404, 0), "with the next request");
        assert_eq!(Person::sign_in(server, "unit-head").call("GET", &case).send().status, 200);
        let back = act(&county, &station, "move", moved.header("etag"), &json!({"parent": market, "reason": "划回"}));
        let _ = back.expect(200);
        assert_eq!((of_the_bureau(), found()), (200, 1));
        let note = phone.write(opening.id(), &[opening.id()], "note", "门口");
        phone.push(&[&note]);
    }

    fn an_administrator_keeps_the_own_subtree_and_nothing_else(server) {
        let admin = Person::sign_in(server, "agency-admin");
        let (market, street, government) =
            (id_of(server, MARKET), id_of(server, STREET), id_of(server, "巫山县人民政府"));
        let nothing = "0".repeat(32);
        let same = |foreign: Answer, missing: Answer| {
            assert_eq!(foreign.status, missing.status, "{} {}", foreign.text(), missing.text());
            assert_eq!(foreign.problem_without_request_id(), missing.problem_without_request_id());
            foreign.status
        };
        let reason = json!({"reason": "x"});
        assert_eq!(same(act(&admin, &street, "close", "*", &reason), act(&admin, &nothing, "close", "*", &reason)), 404);
        let below = |parent: &str| add(&admin, "b", &new_station(parent, &market, "新所"));
        assert_eq!(same(below(&street), below(&nothing)), 422);
        let acts_for = |organ: &str| add(&admin, "a", &new_station(&market, organ, "新所"));
        assert_eq!(same(acts_for(&street), acts_for(&nothing)), 422);
        let organ = |organ: &str| act(&admin, &market, "mandates", "", &delegation(organ));
        assert_eq!(same(organ(&street), organ(&nothing)), 422);
        let up = act(&admin, &market, "move", "*", &json!({"parent": market, "reason": "x"}));
        assert_eq!(up.refusal(), (403, "forbidden".into()), "not the top of what they keep");
        assert_eq!(act(&admin, &government, "change", "*", &reason).status, 400);
        for login in ["officer-a", "unit-head", "county-supervisor", "security-admin", "audit-admin"] {
            let person = Person::sign_in(server, login);
            assert_eq!(act(&person, &market, "close", "*", &reason).refusal(), (403, "forbidden".into()), "{login}");
            assert_eq!(add(&person, "k", &new_station(&market, &market, "新所")).refusal().1, "forbidden", "{login}");
        }
    }

    fn who_is_entrusted_enforces_in_the_name_of_the_organ_from_the_first_to_the_last_day(server) {
        let county = Person::sign_in(server, "county-admin");
        let (market, street) = (id_of(server, MARKET), id_of(server, STREET));
        let entered = act(&county, &street, "mandates", "", &delegation(&market)).expect(201);
        let id = entered.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(act(&county, &street, "mandates", "", &delegation(&market)).expect(201).json()["id"], *id);
        let both = ["SJ-C-001", "SJ-J-001"].map(|item| (item.to_owned(), MARKET.to_owned())).to_vec();
        for (day, given) in [("2026-01-04", 0), ("2026-01-05", 2), ("2028-12-31", 2), ("2029-01-01", 0)] {
            assert_eq!(powers(&county, &street, day).len(), given, "{day}");
        }
        assert_eq!(powers(&county, &street, "2027-01-01"), both);
        assert!(powers(&county, &market, "2027-01-01").is_empty(), "the organ has its powers by law");
        for agency in [&street, &market] {
            let list = county.call("GET", &format!("/v1/agencies/{agency}/mandates")).send().expect(200).json();
            assert_eq!(list["items"][0]["id"], *id, "on the page of both");
        }
        let faults = [
            ("items", json!(["NO-SUCH"])),
            ("last_day", json!(null)),
            ("last_day", json!("2026-01-04")),
            ("organ", json!(street)),
        ];
        for (name, value) in faults {
            let mut body = delegation(&market);
            body[name] = value;
            let call = county.call("POST", &format!("/v1/agencies/{street}/mandates")).header("Idempotency-Key", "f");
            assert_eq!(call.json(&body).send().refusal(), (422, "mandate_unlawful".into()), "{body}");
        }
        let (tag, _) = read(&county, &street);
        let refused = act(&county, &street, "close", &tag, &json!({"reason": "撤销"}));
        assert!(refused.status == 409 && refused.text().contains("未到期的委托或者赋权 1 项"), "{}", refused.text());
        let path = format!("/v1/mandates/{id}");
        let tag = county.call("GET", &path).send().expect(200).header("etag").to_owned();
        let end = |day: &str, tag: &str| {
            let call = county.call("POST", &format!("{path}/end")).header("If-Match", tag);
            call.json(&json!({"last_day": day, "reason": "收回"})).send()
        };
        assert_eq!(end("2026-01-03", &tag).refusal(), (409, "mandate_ended".into()), "before it began");
        assert_eq!(end("2029-01-01", &tag).refusal(), (409, "mandate_ended".into()), "after its term");
        let ended = end("2026-06-30", &tag).expect(200);
        assert_eq!((&ended.json()["ended_day"], &ended.json()["last_day"]), (&json!("2026-06-30"), &json!("2028-12-31")));
        assert_eq!(end("2026-06-30", &tag).refusal(), (412, "stale".into()));
        assert_eq!((powers(&county, &street, "2026-06-30").len(), powers(&county, &street, "2026-07-01").len()), (2, 0));
    }

    fn a_street_is_given_powers_that_it_uses_in_its_own_name_and_a_bureau_is_not(server) {
        let county = Person::sign_in(server, "county-admin");
        let (market, street) = (id_of(server, MARKET), id_of(server, STREET));
        let body = json!({
            "kind": "township", "items": ["SJ-C-001"], "powers": "行政处罚", "deed": "渝府发〔2026〕3号",
            "published": "市政府公报", "first_day": "2026-03-01", "reason": "承接赋权"
        });
        assert_eq!(act(&county, &market, "mandates", "", &body).refusal(), (422, "mandate_unlawful".into()));
        let _ = act(&county, &street, "mandates", "", &body).expect(201);
        assert_eq!(powers(&county, &street, "2026-03-01"), [("SJ-C-001".to_owned(), STREET.to_owned())]);
        assert!(powers(&county, &street, "2026-02-28").is_empty());
        assert_eq!(powers(&county, &street, "2099-01-01").len(), 1, "without an end");
    }

    fn a_form_offers_what_is_not_refused_and_what_is_so_today(server) {
        let (market, station, government) =
            (id_of(server, MARKET), id_of(server, STATION), id_of(server, "巫山县人民政府"));
        let mut desk = Desk::of(server, "agency-admin");
        let mut options = |id: &str, act: &str, list: &str| -> Vec<String> {
            let page = desk.get(&format!("/console/agencies/{id}/act/{act}")).expect(200).text();
            let list = page.split(&format!("name=\"{list}\"")).nth(1).unwrap().split("</select>").next().unwrap();
            list.split("value=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
        };
        let places = options(&station, "move", "parent");
        assert!(!places.is_empty() && !places.contains(&station) && !places.contains(&market), "where it is");
        assert!(!places.contains(&government), "beyond the own subtree");
        let organs = options(&station, "change", "acts_for");
        assert!(organs.contains(&market) && !organs.contains(&station), "{organs:?}");
        let entrusts = options(&station, "entrust", "organ");
        assert!(entrusts.contains(&market) && !entrusts.contains(&station) && !entrusts.contains(&government));
        // The organ in whose name it acts lies beyond the clerk's own subtree, and stays where nothing is chosen.
        let county = Person::sign_in(server, "county-admin");
        let (tag, detail) = read(&county, &station);
        let agriculture = id_of(server, "巫山县农业农村委员会");
        let change = json!({
            "name": detail["agency"]["name"], "short_name": "巫农高唐", "kind": "station", "sector": "market",
            "acts_for": agriculture, "reconsideration": null, "reason": "委托"
        });
        let _ = act(&county, &station, "change", &tag, &change).expect(200);
        let mut desk = Desk::of(server, "agency-admin");
        let page = desk.get(&format!("/console/agencies/{station}/act/change")).expect(200).text();
        assert!(page.contains(&format!("value=\"{agriculture}\" lang=\"zh-CN\" selected")), "{page}");
        let form = desk.get(&format!("/console/agencies/{station}/act/entrust")).expect(200).text();
        assert!(form.contains("<code>SJ-C-001</code>"), "the catalogue to copy codes from: {form}");
    }

    fn the_console_keeps_agencies_and_what_was_typed(server) {
        let mut desk = Desk::of(server, "county-admin");
        let (market, street) = (id_of(server, MARKET), id_of(server, STREET));
        let tree = desk.get("/console/agencies").expect(200).text();
        assert!(tree.contains(STATION) && tree.contains(STREET), "{tree}");
        let path = format!("/console/agencies/{street}/act/entrust");
        let form = desk.get(&path).expect(200).text();
        let fields = |last: &'static str, page: &str| -> Vec<(&'static str, String)> {
            let hidden = ["csrf", "seen", "key"].map(|name| (name, hidden(page, name)));
            let typed = [
                ("organ", market.clone()),
                ("document", "巫市监委〔2026〕2号".into()),
                ("items", "SJ-C-001、SJ-J-001".into()),
                ("powers", "警告".into()),
                ("published", "公告栏".into()),
                ("first_day", "2026-01-05".into()),
                ("last_day", last.into()),
                ("reason", "签订".into()),
            ];
            hidden.into_iter().chain(typed).collect()
        };
        let send = |desk: &mut Desk<'_>, path: &str, fields: &[(&str, String)]| {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            desk.post(path, &fields)
        };
        let refused = send(&mut desk, &path, &fields("2025-01-05", &form));
        let text = refused.text();
        assert!(refused.status == 422 && text.contains("终止日期早于起始日期") && text.contains("行政处罚法第二十条"), "{text}");
        assert!(text.contains("巫市监委〔2026〕2号") && text.contains("SJ-C-001、SJ-J-001"), "what was typed stays: {text}");
        let done = send(&mut desk, &path, &fields("2028-01-05", &form)).expect(303);
        assert_eq!(done.header("location"), format!("/console/agencies/{street}"));
        for agency in [&street, &market] {
            let page = desk.get(&format!("/console/agencies/{agency}")).expect(200).text();
            assert!(page.contains("巫市监委〔2026〕2号") && page.contains("在期"), "{page}");
        }
        let page = desk.get(&format!("/console/agencies/{street}")).expect(200).text();
        let end = page.split("/console/mandates/").nth(1).unwrap().split('/').next().unwrap().to_owned();
        let path = format!("/console/mandates/{end}/end");
        let form = desk.get(&path).expect(200).text();
        let [csrf, seen] = ["csrf", "seen"].map(|name| (name, hidden(&form, name)));
        let rest = [("last_day", "2026-05-01".to_owned()), ("reason", "收回".to_owned())];
        let _ = send(&mut desk, &path, &[csrf, seen].into_iter().chain(rest).collect::<Vec<_>>()).expect(303);
        assert!(desk.get(&format!("/console/agencies/{street}")).expect(200).text().contains("已终止"));
        let mut head = Desk::of(server, "unit-head");
        let own = head.get(&format!("/console/agencies/{}", id_of(server, STATION))).expect(200).text();
        assert!(!own.contains("/act/"), "who keeps no agencies is offered nothing");
        assert_eq!(head.get(&format!("/console/agencies/{street}")).status, 404);
        let empty = id_of(server, EMPTY);
        assert_eq!(head.get(&format!("/console/agencies/{empty}/act/close")).status, 404);
    }
}
