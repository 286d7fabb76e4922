//! Other cases with the same document number or a fine for the same act, with links to those that the reader may open.

use sync_core::facts::index::Indexed;

use super::Reader;

/// Numbers or fines shared with other cases.
#[derive(Debug)]
pub struct Shared {
    /// The number or act.
    pub text: String,
    /// Addresses and names of the others within reach.
    pub cases: Vec<(String, String)>,
    /// How many others are out of reach.
    pub out_of_reach: u32,
}

impl Reader<'_> {
    /// What documents of this case share with other cases.
    pub fn shared(&self) -> Vec<Shared> {
        let one = |entry: &api_spec::case::SharedEntry| {
            let text = match (entry.what, &entry.number) {
                (Indexed::Number, Some(number)) => self.either(
                    &format!("文号“{number}”也用于另一案的文书："),
                    &format!("The number “{number}” is also on a document of another case: "),
                ),
                (Indexed::Number, None) => {
                    self.either("同一文号也用于另一案的文书：", "The same number is also on a document of another case: ")
                }
                (Indexed::Fine, _) => self.either(
                    "对同一当事人、同一事项、同一日的违法行为，另一案也有罚款：",
                    "Another case fines the same party for the same item on the same day: ",
                ),
                (Indexed::FineByName | Indexed::FineWithoutCode, _) => self.either(
                    "对同名当事人、同一事项、同一日的违法行为，另一案也有罚款，请核实是否为同一人：",
                    "Another case fines a party of the same name for the same item on the same day; find out whether it is the same party: ",
                ),
            };
            let name = |link: &api_spec::case::CaseLink| {
                let short: String = link.id.chars().take(8).collect();
                let parts = [link.title.as_str(), link.number.as_str()].into_iter().filter(|part| !part.is_empty());
                let name = parts.collect::<Vec<_>>().join(" ");
                (format!("/console/cases/{}", link.id), if name.is_empty() { short } else { name })
            };
            Shared { text, cases: entry.cases.iter().map(name).collect(), out_of_reach: entry.out_of_reach }
        };
        self.case.shared.iter().map(one).collect()
    }
}
