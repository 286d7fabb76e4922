//! Trainings, yearly assessments, and leaving enforcement.

use serde_json::{Value as Json, json};
use tests::actor::session;
use tests::server::PASSWORD;
use tests::{Person, Phone, on_both_databases};

use super::{NOBODY, act, id_of, kinds, post, text};

fn known(reader: &Person<'_>, id: &str) -> Json {
    reader.call("GET", &format!("/v1/officers/{id}/qualification")).send().expect(200).json()
}

fn training(hours: i64, until: &str, class: &str) -> Json {
    json!({"class": class, "level": "county", "topic": "行政处罚法专题", "held_on": "2025-12-30", "until_on": until,
           "hours": hours, "proven_by": "结业名单〔2026〕3号", "reason": "登记年度培训"})
}

fn exit(ground: &str) -> Json {
    json!({"ground": ground, "facts": "2024、2025年度考核均为不合格。\n附考核表。", "basis": "第三十三条第（七）项", "reason": "提出"})
}

on_both_databases! {
    fn hours_count_in_the_year_of_the_last_day_and_an_annulled_entry_stays_without_counting(server) {
        let admin = Person::sign_in(server, "agency-admin");
        let id = id_of(server, "officer-b");
        let add = |body: &Json| act(&admin, &id, "/trainings", body);
        for (hours, until, class) in [(59, "2026-01-02", "professional"), (400, "2025-12-31", "professional")] {
            let _ = add(&training(hours, until, class)).expect(201);
        }
        let tomorrow = server::clock::Clock::system().now().plus_ms(86_400_000).date().to_string();
        for wrong in [training(0, "2026-01-02", "political"), training(401, "2026-01-02", "political"),
                      training(8, "2025-12-29", "political"), training(8, &tomorrow, "political")] {
            assert_eq!(add(&wrong).refusal(), (400, "malformed".to_owned()), "{wrong}");
        }
        let year = |year: i64| {
            let page = admin.call("GET", &format!("/v1/training?year={year}&limit=100")).send().expect(200).json();
            let one = page["items"].as_array().unwrap().iter().find(|one| one["officer"] == json!(id)).cloned();
            one.map_or(0, |one| one["hours"]["total"].as_i64().unwrap())
        };
        let agency = || {
            let list = admin.call("GET", "/v1/training/agencies?year=2026").send().expect(200).json();
            let sum = |what: &str| list["items"].as_array().unwrap().iter().map(|one| one[what].as_i64().unwrap()).sum::<i64>();
            (sum("trained"), sum("enough"), sum("officers") > sum("legal_reviewers"), sum("legal_reviewers"))
        };
        assert_eq!((year(2025), year(2026), agency()), (400, 59, (1, 0, true, 1)));
        let _ = add(&training(1, "2026-01-02", "political")).expect(201);
        assert_eq!((year(2026), agency()), (60, (1, 1, true, 1)));
        let shown = known(&admin, &id);
        assert_eq!(shown["hours"][0], json!({"year": 2026, "political": 1, "professional": 59, "total": 60, "wanted": 60}));
        let last = shown["trainings"].as_array().unwrap().iter().find(|one| one["hours"] == json!(59)).unwrap();
        let path = format!("/trainings/{}/annulment", text(&last["id"]));
        let annul = || act(&admin, &id, &path, &json!({"reason": "他人的学时"}));
        let _ = annul().expect(200);
        assert_eq!(annul().refusal(), (404, "not_found".to_owned()), "once");
        let shown = known(&admin, &id);
        assert_eq!((year(2026), shown["trainings"].as_array().unwrap().len(), agency()), (1, 3, (1, 0, true, 1)));
        assert_eq!(kinds(&admin, &id)[0], "training_annulled");
    }

    fn a_training_that_is_sent_twice_with_one_key_counts_once(server) {
        let admin = Person::sign_in(server, "agency-admin");
        let id = id_of(server, "officer-b");
        let send = || {
            let call = admin.call("POST", &format!("/v1/officers/{id}/trainings")).header("Idempotency-Key", "t1");
            call.json(&training(8, "2026-01-02", "political")).send().expect(201)
        };
        let _ = (send(), send());
        assert_eq!(known(&admin, &id)["trainings"].as_array().unwrap().len(), 1);
    }

    fn the_training_manager_enters_hours_below_and_people_read_their_own(server) {
        let officer = Person::sign_in(server, "officer-b");
        let manager = Person::sign_in(server, "training-manager");
        let own = &manager.me.officer;
        assert_eq!(post(&manager, &format!("/v1/officers/{own}/trainings"), "*", &training(8, "2026-01-02", "political")).refusal(),
                   (403, "own_entry".to_owned()));
        assert_eq!(known(&officer, &officer.me.officer)["trainings"], json!([]));
        let other = id_of(server, "officer-a");
        let path = |id: &str| format!("/v1/officers/{id}/qualification");
        assert_eq!(officer.call("GET", &path(&other)).send().refusal(), (403, "forbidden".to_owned()));
        assert_eq!(officer.call("GET", "/v1/training").send().refusal(), (403, "forbidden".to_owned()));
        let farm = id_of(server, "agriculture-officer");
        let head = Person::sign_in(server, "unit-head");
        let [foreign, missing] = [farm.as_str(), NOBODY].map(|id| head.call("GET", &path(id)).send());
        assert_eq!(foreign.problem_without_request_id(), missing.problem_without_request_id());
        assert_eq!(known(&head, &other)["exits"], json!([]));
        for year in ["1999", "2999"] {
            let asked = head.call("GET", &format!("/v1/training?year={year}")).send().refusal();
            assert_eq!(asked, (400, "malformed".to_owned()), "{year}");
        }
    }

    fn one_assessment_counts_for_a_year_and_two_failed_ones_in_a_row_say_what_to_propose(server) {
        let admin = Person::sign_in(server, "agency-admin");
        let id = id_of(server, "officer-b");
        let assess = |year: i64, result: &str| {
            let body = json!({"year": year, "result": result, "organ": "县司法局", "document_number": "通报1号", "reason": "登记"});
            act(&admin, &id, "/assessments", &body)
        };
        let consequence = || known(&admin, &id)["consequence"].clone();
        let _ = assess(2024, "unqualified").expect(201);
        assert_eq!(consequence(), json!("suspension"));
        assert_eq!(assess(2024, "qualified").refusal(), (409, "assessment_taken".to_owned()));
        let _ = assess(2025, "unqualified").expect(201);
        assert_eq!(consequence(), json!("revocation"));
        let next = i64::from(server::clock::Clock::system().now().date().year()) + 1;
        for year in [1999, next] {
            assert_eq!(assess(year, "qualified").refusal(), (400, "malformed".to_owned()), "{year}");
        }
        let wrong = text(&known(&admin, &id)["assessments"][0]["id"]);
        let _ = act(&admin, &id, &format!("/assessments/{wrong}/annulment"), &json!({"reason": "录错"})).expect(200);
        assert_eq!(consequence(), json!("suspension"));
        let _ = assess(2025, "barely_qualified").expect(201);
        assert_eq!(consequence(), Json::Null);
        assert_eq!(known(&admin, &id)["assessments"].as_array().unwrap().len(), 3, "the annulled one stays");
    }

    fn who_leaves_was_heard_before_a_third_person_decided_and_is_out_at_once(server) {
        let (admin, principal) = (Person::sign_in(server, "agency-admin"), Person::sign_in(server, "principal-head"));
        let (mut phone, other) = (Phone::of(server, "officer-a"), Phone::of(server, "officer-b"));
        let opening = phone.open_case(&[]);
        phone.push(&[&opening]);
        let id = phone.officer.to_string();
        let _ = act(&admin, &id, "/exits", &exit("failed_assessment")).expect(201);
        assert_eq!(act(&admin, &id, "/exits", &exit("retired")).refusal(), (409, "exit_open".to_owned()));
        let open = text(&known(&admin, &id)["exits"][0]["id"]);
        let decide = |person: &Person<'_>, outcome: &str, colleague: Json| {
            let body = json!({"outcome": outcome, "document_number": "退出决定〔2026〕1号", "colleague": colleague, "reason": "考核"});
            act(person, &id, &format!("/exits/{open}/decision"), &body)
        };
        let hear = |hearing: &str, said: &str| {
            let body = json!({"hearing": hearing, "statement": said, "reason": "听取"});
            act(&admin, &id, &format!("/exits/{open}/hearing"), &body)
        };
        assert_eq!(decide(&principal, "leaves", Json::Null).refusal(), (409, "exit_not_heard".to_owned()));
        assert_eq!(hear("stated", " ").refusal(), (400, "malformed".to_owned()), "spoke without a word");
        let _ = hear("stated", "2025年度本人病假半年。").expect(200);
        assert_eq!(hear("waived", "").refusal(), (409, "exit_heard".to_owned()), "what was said is not replaced");
        assert_eq!(decide(&admin, "leaves", Json::Null).refusal(), (403, "forbidden".to_owned()));
        assert_eq!(decide(&principal, "leaves", json!(NOBODY)).refusal(), (400, "malformed".to_owned()), "nobody takes the cases");
        assert_eq!(phone.desk.call("GET", "/v1/me").send().status, 200, "nothing has happened yet");
        let shown = decide(&principal, "leaves", json!(other.officer.to_string())).expect(200).json();
        assert_eq!(shown["officer"]["active"], json!(false));
        assert_eq!(phone.desk.call("GET", "/v1/me").send().refusal().0, 401);
        assert_eq!(session(server, "officer-a", PASSWORD).refusal().0, 401);
        assert_eq!(phone.ask_for_token().refusal(), (403, "device_revoked".to_owned()));
        assert!(other.pull_all(500).case(opening.id()).participants.contains_key(&other.officer), "the colleague takes part");
        assert_eq!(decide(&principal, "stays", Json::Null).refusal(), (409, "exit_decided".to_owned()));
        let exit = known(&admin, &id)["exits"][0].clone();
        assert_eq!((&exit["outcome"], &exit["statement"], &exit["decided_by"]),
                   (&json!("leaves"), &json!("2025年度本人病假半年。"), &json!("赵明远")));
        assert_eq!(kinds(&admin, &id)[..3], ["exit_decided", "exit_heard", "exit_proposed"]);
    }

    fn who_proposed_an_exit_or_heard_the_officer_does_not_decide_even_with_the_role(server) {
        let (admin, county) = (Person::sign_in(server, "agency-admin"), Person::sign_in(server, "county-admin"));
        let (head, id) = (id_of(server, "principal-head"), id_of(server, "officer-b"));
        let give = json!({"role": "principal_head", "reason": "兼任"});
        let _ = act(&county, &admin.me.officer, "/roles", &give).expect(200);
        let _ = act(&admin, &id, "/exits", &exit("own_request")).expect(201);
        let open = text(&known(&admin, &id)["exits"][0]["id"]);
        let heard = json!({"hearing": "did_not_appear", "reason": "经通知未到"});
        let _ = act(&admin, &id, &format!("/exits/{open}/hearing"), &heard).expect(200);
        let stays = json!({"outcome": "stays", "document_number": "决定2号", "reason": "不予退出"});
        let decide = |person: &Person<'_>| act(person, &id, &format!("/exits/{open}/decision"), &stays);
        assert_eq!(decide(&admin).refusal(), (403, "exit_same_person".to_owned()));
        let principal = Person::sign_in(server, "principal-head");
        assert_eq!(principal.me.officer, head);
        assert_eq!(decide(&principal).expect(200).json()["officer"]["active"], json!(true), "stays");
        let _ = act(&admin, &id, "/exits", &exit("retired")).expect(201);
    }
}
