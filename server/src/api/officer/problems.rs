//! The refusals that every act on a person has.

use std::collections::BTreeMap;

use api_spec::problem::Problem;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema as _};

/// Of an act on a person who was read before.
pub(super) struct ActProblems;

/// Of an act that makes something, once for each key.
pub(super) struct MakingProblems;

const COMMON: [(&str, &str); 4] = [
    ("400", "`malformed`, which says what does not fit"),
    (
        "403",
        "`forbidden`: a role that may not, `own_entry`: nobody administers themselves, `not_from_a_phone`, \
     `exit_same_person`",
    ),
    ("404", "`not_found`: nobody in reach"),
    (
        "409",
        "`nothing_changes`, `person_inactive`, `agency_inactive`, `holds_special_role`, `roles_kept_apart`, `login_taken`, \
         `account_exists`, `no_account`, `password_is_own`, `certificate_taken`, `citizen_number_taken`, \
         `certificate_without_source`, `confirmed_before`, `other_issuer`, \
         `assessment_taken`, `exit_open`, `exit_heard`, `exit_not_heard`, `exit_decided`",
    ),
];

fn problems(own: &[(&str, &str)]) -> BTreeMap<String, RefOr<Response>> {
    let problem = || ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name()))).build();
    let one = |(status, about): &(&str, &str)| {
        let response = ResponseBuilder::new().description(*about).content("application/json", problem()).build();
        ((*status).to_owned(), RefOr::T(response))
    };
    COMMON.iter().chain(own).map(one).collect()
}

impl IntoResponses for ActProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[
            ("412", "`stale`: something was done to the person since they were read"),
            ("428", "`precondition_required`: the request has no `If-Match`"),
        ])
    }
}

impl IntoResponses for MakingProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(&[("422", "`idempotency_key_reused`: the key came with another request")])
    }
}
