//! Reads the handwritten signatures of a case for drawing.
//!
//! Promise: strokes are read from the stored bytes whose digest the signed change names, of this case only, verified
//! against the digest and within the bounds of `sync_core::strokes`. The audit record is written before the bytes are
//! read. An unreadable signature is reported as such and does not prevent reading the rest of the case. Not here:
//! drawing.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};
use sync_core::case::{CaseState, Signed};
use sync_core::id::{CaseId, Digest};
use sync_core::op::OpId;
use sync_core::read_audit::LookKind;
use sync_core::schema::STROKES;
use sync_core::strokes::{LONGEST, Strokes};
use sync_core::value::Value;

use super::access::{self, Look};
use super::caller::Caller;
use super::case::Detail;
use super::evidence::damage;
use crate::flow::app::App;
use crate::flow::refusal::Failure;
use crate::store::evidence_store::{EvidenceStore, Short};

/// The manner of a handwritten signature on the screen.
pub const MANNER: &str = "strokes";
/// Signatures that are read for one page; further ones are linked.
const AT_ONCE: usize = 64;

/// The state of the handwriting of a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hand {
    /// It can be drawn.
    Strokes(Strokes),
    /// The signature has no handwriting: none was stored, or a lawful order removed it.
    Nothing,
    /// Its bytes have not arrived.
    Absent,
    /// The bytes are no strokes, or not the signed ones.
    Unreadable,
    /// There are too many to read them all at once.
    TooMany,
}

/// The handwriting of a case.
#[derive(Debug, Default)]
pub struct Handwriting {
    signatures: BTreeMap<OpId, Left>,
    files: BTreeMap<Digest, Hand>,
}

/// The content of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    Nothing,
    Unreadable,
    File(Digest),
}

impl Handwriting {
    /// The handwriting of a signature; none if it was not made by hand on a screen.
    pub fn of(&self, signature: &OpId) -> Option<&Hand> {
        self.signatures.get(signature).map(|left| match left {
            Left::Nothing => &Hand::Nothing,
            Left::Unreadable => &Hand::Unreadable,
            Left::File(digest) => self.files.get(digest).unwrap_or(&Hand::Absent),
        })
    }

    /// The handwriting in a piece of evidence; none if the case does not declare it as strokes.
    pub fn file(&self, digest: &Digest) -> Option<&Hand> {
        self.files.get(digest)
    }
}

/// The content of a signature: the digest of its strokes, or the strokes themselves, which are the bytes of the
/// evidence.
fn left(signed: &Signed) -> Left {
    match &signed.value {
        None | Some(Value::Null) => Left::Nothing,
        Some(value) => match value.as_digest() {
            Some(digest) => Left::File(digest),
            None if value.as_list().is_some() => Left::File(digest_of(&value.to_bytes())),
            None => Left::Unreadable,
        },
    }
}

fn digest_of(bytes: &[u8]) -> Digest {
    Digest::new(Sha256::digest(bytes).into())
}

/// The evidence that the case declares as strokes.
fn named(state: &CaseState, signatures: &BTreeMap<OpId, Left>) -> BTreeSet<Digest> {
    let signed =
        signatures.values().filter_map(|left| if let Left::File(digest) = left { Some(*digest) } else { None });
    let fields = state.fields.iter().filter(|field| field.name == STROKES).flat_map(|field| &field.live);
    signed.chain(fields.filter_map(|live| live.value.as_ref().and_then(Value::as_digest))).collect()
}

/// The handwriting of a case that the caller may read; with `only`, that of one piece of evidence.
///
/// # Errors
/// As [`access::look`]. A damaged file is not an error.
pub async fn of_case(
    app: &App,
    caller: Caller,
    found: &Detail,
    only: Option<Digest>,
    purpose: Option<String>,
) -> Result<Handwriting, Failure> {
    let by_hand = found.case.state.signatures.iter().filter(|signed| signed.manner == MANNER);
    let signatures: BTreeMap<OpId, Left> = by_hand.map(|signed| (signed.op, left(signed))).collect();
    let mut wanted = named(&found.case.state, &signatures);
    wanted.retain(|digest| only.is_none_or(|only| only == *digest));
    let arrived: BTreeSet<Digest> =
        found.evidence.iter().filter(|file| file.arrived().is_some()).map(|file| file.digest).collect();
    let (there, absent): (Vec<_>, Vec<_>) = wanted.into_iter().partition(|digest| arrived.contains(digest));
    let mut files: BTreeMap<Digest, Hand> = absent.into_iter().map(|digest| (digest, Hand::Absent)).collect();
    files.extend(there.iter().skip(AT_ONCE).map(|digest| (*digest, Hand::TooMany)));
    let read: Vec<Digest> = there.into_iter().take(AT_ONCE).collect();
    if !read.is_empty() {
        note(app, caller, found.case.state.id, read.clone(), purpose).await?;
        let evidence = app.evidence.clone();
        let hands = tokio::task::spawn_blocking(move || {
            read.into_iter().map(|digest| (digest, hand(&evidence, &digest))).collect::<Vec<_>>()
        });
        for (digest, read) in hands.await.map_err(Failure::broken)? {
            if read.is_none() {
                damage::found(app, digest, Some(found.case.state.id)).await?;
            }
            files.insert(digest, read.unwrap_or(Hand::Unreadable));
        }
    }
    Ok(Handwriting { signatures, files })
}

/// Records the read of each file.
async fn note(
    app: &App,
    caller: Caller,
    case: CaseId,
    digests: Vec<Digest>,
    purpose: Option<String>,
) -> Result<(), Failure> {
    let (tenant, now) = (app.tenant, app.clock.now());
    app.store
        .write(move |tx| {
            for digest in digests {
                let seen = Look { what: LookKind::Evidence, part: digest.to_string(), purpose: purpose.clone() };
                access::look(tx, &tenant, &caller, &case, seen, now)?;
            }
            Ok(())
        })
        .await
}

/// The drawable strokes of a file; none if the file is damaged.
fn hand(evidence: &EvidenceStore, digest: &Digest) -> Option<Hand> {
    let longest = u64::try_from(LONGEST).unwrap_or(u64::MAX);
    match evidence.read_short(digest, longest) {
        Ok(Short::Bytes(bytes)) => Some(Strokes::parse(&bytes).map_or(Hand::Unreadable, Hand::Strokes)),
        Ok(Short::TooLong) => Some(Hand::Unreadable),
        Ok(Short::Damaged) => None,
        Err(error) => {
            tracing::warn!(%error, %digest, "strokes cannot be read");
            Some(Hand::Unreadable)
        }
    }
}
