//! The credential as programs of others read it: `sd-jwt` and `jwcrypto` in Python (`tests/standards`).

use std::process::Command;

use serde_json::json;
use sync_core::credential::claim;
use tests::on_both_databases;
use tests::server::sources;

use crate::credential::{ADDRESS, credential, shown, verified};
use crate::tus::is_installed;

on_both_databases! {
    fn programs_of_others_read_a_credential_its_proof_its_metadata_and_its_status(server) {
        let at = sources().join("tests/standards");
        let python = at.join(".venv/bin/python");
        if !is_installed(&python) {
            return;
        }
        let phone = verified(server);
        let whole = credential(&phone);
        let get = |path: &str| server.call("GET", path).send().expect(200);
        let scene = json!({
            "address": ADDRESS,
            "issuer_metadata": get("/.well-known/jwt-vc-issuer").json(),
            "type_metadata": get("/v1/credential-types/officer").json(),
            "presentation": shown(&phone, &whole, &[claim::NAME, claim::REGION]),
            "audience": "https://other.example",
            "nonce": "q2Zr8sVbT1yN0wLx",
            "claims": [claim::NAME, claim::REGION],
            "hidden": [claim::AGENCY, claim::NUMBER, claim::CATEGORY, claim::PHOTO],
            "disclosed": {"name": "李建国", "region": "500237"},
            "number": "22370001001",
            "status_list": get("/v1/credentials/statuses").text(),
            "status": 0,
        });
        let file = server.directory().join("scene.json");
        std::fs::write(&file, scene.to_string()).unwrap();
        let ended = Command::new(python).arg(at.join("credential.py")).arg(file).output().unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    }
}
