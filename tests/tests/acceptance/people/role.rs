//! Roles by the table, and the first security administrator.

use serde_json::{Value as Json, json};
use tests::{Person, on_both_databases};

use super::{act, id_of, kinds, post, text, with_account};

on_both_databases! {
    fn roles_are_given_by_the_table_and_count_with_the_next_request(server) {
        let (admin, security) = (Person::sign_in(server, "agency-admin"), Person::sign_in(server, "security-admin"));
        let reviewer = Person::sign_in(server, "training-manager");
        let target = id_of(server, "case-reviewer");
        let desk = Person::sign_in(server, "case-reviewer");
        let give = |who: &Person<'_>, id: &str, role: &str| act(who, id, "/roles", &json!({"role": role, "reason": "任职"}));
        let take = |who: &Person<'_>, id: &str, role: &str| act(who, id, "/roles/take", &json!({"role": role, "reason": "免职"}));
        let roles = || desk.call("GET", "/v1/me").send().expect(200).json()["roles"].clone();
        let forbidden = (403, "forbidden".to_owned());
        let _ = give(&admin, &target, "legal_reviewer").expect(200);
        assert_eq!(roles(), json!(["case_reviewer", "legal_reviewer"]), "the same token");
        let _ = take(&admin, &target, "legal_reviewer").expect(200);
        assert_eq!(roles(), json!(["case_reviewer"]), "the same token");
        assert_eq!(take(&admin, &target, "legal_reviewer").refusal(), (409, "nothing_changes".to_owned()));
        assert_eq!(give(&admin, &target, "case_reviewer").refusal(), (409, "nothing_changes".to_owned()));
        for role in ["agency_admin", "system_admin", "security_admin", "audit_admin", "county_supervisor", "county_leadership"] {
            assert_eq!(give(&admin, &target, role).refusal(), forbidden, "{role}");
        }
        assert_eq!(give(&security, &target, "legal_reviewer").refusal(), forbidden);
        let _ = give(&security, &target, "audit_admin").expect(200);
        let apart = (409, "roles_kept_apart".to_owned());
        assert_eq!(give(&security, &target, "system_admin").refusal(), apart);
        assert_eq!(give(&security, &target, "security_admin").refusal(), apart);
        assert_eq!(give(&security, &security.me.officer, "county_leadership").refusal(), (403, "own_entry".to_owned()));
        // Somebody who audits the administrator is not the administrator's to close or move.
        let special = (409, "holds_special_role".to_owned());
        for (what, body) in [
            ("/account/close", json!({"reason": "x"})),
            ("/account/one-time-password", json!({"reason": "x"})),
            ("/deactivation", json!({"reason": "x"})),
            ("/transfer", json!({"agency": Person::sign_in(server, "officer-a").me.agency, "reason": "x"})),
        ] {
            assert_eq!(act(&admin, &target, what, &body).refusal(), special, "{what}");
        }
        let _ = take(&security, &target, "audit_admin").expect(200);
        assert_eq!(kinds(&admin, &target), ["role_taken", "role_given", "role_taken", "role_given"]);
        // There is a security administrator, so the first administrator appoints none.
        let county = Person::sign_in(server, "county-admin");
        assert_eq!(give(&county, &reviewer.me.officer, "security_admin").refusal(), forbidden);
    }

    fn the_first_administrator_appoints_one_security_administrator_with_an_alarm(seeded) {
        let server = &seeded.empty_like();
        let admin = Person::sign_in(server, "first-admin");
        let enter = |name: &str| {
            let body = json!({"agency": admin.me.agency, "name": name, "reason": "新录用"});
            text(&post(&admin, "/v1/officers", "*", &body).expect(201).json()["officer"]["id"])
        };
        let (first, second) = (enter("安全管理员"), enter("另一人"));
        with_account(server, &admin, &first, "security");
        let give = |who: &Person<'_>, id: &str, role: &str| act(who, id, "/roles", &json!({"role": role, "reason": "任命"}));
        let forbidden = (403, "forbidden".to_owned());
        assert_eq!(give(&admin, &first, "audit_admin").refusal(), forbidden);
        let _ = give(&admin, &first, "security_admin").expect(200);
        assert_eq!(give(&admin, &second, "security_admin").refusal(), forbidden, "once");
        let alarms = admin.call("GET", "/v1/alarms").send().expect(200).json();
        let kinds: Vec<&Json> = alarms["items"].as_array().unwrap().iter().map(|alarm| &alarm["kind"]).collect();
        assert!(kinds.contains(&&json!("security_admin_appointed")), "{kinds:?}");
        let security = Person::sign_in(server, "security");
        let _ = give(&security, &second, "audit_admin").expect(200);
        // The operator appoints another where that is needed, and the alarm says so.
        let third = enter("第三人");
        with_account(server, &admin, &third, "third");
        let appointed = server.palm("admin appoint-security-admin --login third --reason 原管理员离职").output().unwrap();
        assert!(appointed.status.success(), "{appointed:?}");
        let roles = Person::sign_in(server, "third").me.roles;
        assert_eq!(roles, [sync_core::role::Role::SecurityAdmin]);
        let appointed = server.palm("admin appoint-security-admin --login first-admin --reason 试").output().unwrap();
        assert!(!appointed.status.success() && String::from_utf8_lossy(&appointed.stderr).contains("roles_kept_apart"));
    }
}
