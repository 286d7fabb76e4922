//! Examples of trainings, assessments and exits.

use serde_json::json;
use tests::Person;

use super::{Filled, World, text};

impl World<'_> {
    pub(super) fn fill_of_qualification(&self, operation: &str) -> Filled {
        match operation {
            "read_qualification" => self.as_person("agency-admin").with("id", &self.officer()),
            "list_training" | "list_agency_training" => self.as_person("agency-admin"),
            "add_training" | "add_assessment" | "propose_exit" => self.on_other_head(),
            "annul_training" => self.with_first_of("training", operation),
            "annul_assessment" => self.with_first_of("assessment", operation),
            "hear_exit" => self.with_first_of("exit", operation),
            "decide_exit" => {
                let id = self.entered(operation);
                let exit = self.first_of(&id, "exit");
                let admin = Person::sign_in(self.server, "agency-admin");
                let heard = json!({"hearing": "waived", "reason": "示例"});
                let _ = crate::people::act(&admin, &id, &format!("/exits/{exit}/hearing"), &heard).expect(200);
                self.as_person("principal-head").with("id", &id).with("If-Match", "*").with("exit", &exit)
            }
            _ => self.fill_of_evidence(operation),
        }
    }

    fn on_other_head(&self) -> Filled {
        let id = Person::sign_in(self.server, "other-head").me.officer;
        self.as_person("agency-admin").with("id", &id).with("If-Match", "*")
    }

    /// Something new of the qualification of a person: its id.
    fn with_first_of(&self, what: &str, operation: &str) -> Filled {
        let id = self.entered(operation);
        let first = self.first_of(&id, what);
        self.as_person("agency-admin").with("id", &id).with("If-Match", "*").with(what, &first)
    }

    fn first_of(&self, id: &str, what: &str) -> String {
        let admin = Person::sign_in(self.server, "agency-admin");
        let (part, body) = match what {
            "training" => ("trainings", crate::people::body_of("/v1/officers/{id}/trainings")),
            "assessment" => ("assessments", crate::people::body_of("/v1/officers/{id}/assessments")),
            _ => ("exits", crate::people::body_of("/v1/officers/{id}/exits")),
        };
        let _ = crate::people::act(&admin, id, &format!("/{part}"), &body).expect(201);
        let known = admin.call("GET", &format!("/v1/officers/{id}/qualification")).send().expect(200).json();
        text(&known[part][0]["id"])
    }
}
