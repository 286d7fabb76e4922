//! What the page of a person shows of the verification of a certificate.

use std::collections::BTreeMap;

use sync_core::id::OfficerId;
use sync_core::verification::SourceKind;

use crate::flow::officer::Detail;
use crate::flow::officer::verified::Verification;

/// A source or a confirmation, in words.
#[derive(Debug, Clone)]
pub struct Statement {
    /// When.
    pub at: String,
    /// Name of the person; none for the operator on the machine.
    pub by: Option<String>,
    /// What proves it, or why.
    pub text: String,
    /// Digest of the file, or the organ that issued the certificate.
    pub more: String,
    /// Whether it is about the data as they are now.
    pub present: bool,
}

/// The verification of a certificate.
#[derive(Debug, Clone)]
pub struct Verified {
    /// Number of the certificate.
    pub number: String,
    /// The organ that issued it; none where the data are not verified.
    pub issued_by: Option<String>,
    /// Where the data came from.
    pub sources: Vec<(SourceKind, Statement)>,
    /// Who confirmed them.
    pub confirmations: Vec<Statement>,
}

/// The verifications of a person's certificates.
pub fn verified(found: &Detail) -> Vec<Verified> {
    found.verifications.iter().map(|(number, one)| shown(number, one, &found.names)).collect()
}

fn shown(number: &str, found: &Verification, names: &BTreeMap<OfficerId, String>) -> Verified {
    let sources = found.sources.iter().map(|row| {
        let statement = Statement {
            at: row.at.to_string(),
            by: row.actor.and_then(|actor| names.get(&actor).cloned()),
            text: row.proof.clone(),
            more: row.digest.map(|digest| digest.to_string()).unwrap_or_default(),
            present: row.revision == found.revision,
        };
        (row.kind, statement)
    });
    let confirmations = found.confirmations.iter().map(|row| Statement {
        at: row.at.to_string(),
        by: names.get(&row.officer).cloned(),
        text: row.reason.clone(),
        more: row.issued_by.clone(),
        present: row.revision == found.revision,
    });
    Verified {
        number: number.to_owned(),
        issued_by: found.issued_by.clone(),
        sources: sources.collect(),
        confirmations: confirmations.collect(),
    }
}
