//! Reads alarms, for the other subjects.

use serde_json::Value;
use tests::{Person, Server};

/// The alarms of this kind, newest first, as the supervisor reads them.
pub fn of_kind(server: &Server, kind: &str) -> Vec<Value> {
    let supervisor = Person::sign_in(server, "county-supervisor");
    let answer = supervisor.call("GET", "/v1/alarms").send().expect(200).json();
    let items = answer["items"].as_array().unwrap().clone();
    items.into_iter().filter(|alarm| alarm["kind"] == kind).collect()
}

/// The reason that the one alarm of this kind gives, and the change it is about.
pub fn only(server: &Server, kind: &str) -> (String, Value) {
    let alarms = of_kind(server, kind);
    assert_eq!(alarms.len(), 1, "{alarms:?}");
    (alarms[0]["detail"].as_str().unwrap().to_owned(), alarms[0]["change"].clone())
}
