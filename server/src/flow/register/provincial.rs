//! The provincial register of enforcement staff (省级行政执法人员数据库), as a source of certificates' data.
//!
//! Promise: the register is asked through [`ProvincialRegister`]; the one that is built reads an export of it, a table whose
//! file name ends with the SHA-256 of its content, as the issuing office publishes it. A certificate gets the source only
//! where number, name, category, region and both days agree; what differs is told and changes nothing. The same export
//! again states nothing new. Not here: correcting the register.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;
use sha2::{Digest as _, Sha256};
use sync_core::id::{Digest, OfficerId};
use sync_core::register_event::RegisterEventKind;
use sync_core::time::Instant;
use sync_core::verification::SourceKind;

use super::roster::{Entry, Written};
use super::{Scope, held};
use crate::flow::officer::verified;
use crate::flow::reason;
use crate::flow::refusal::{Failure, Refusal, Refused};
use crate::flow::register_event::{self, By};
use crate::flow::sheet::Wrong;
use crate::store::{CertificateRow, OfficerRow, SourceRow, Store, Tx};

/// What the provincial register says of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Name of the holder.
    pub name: String,
    /// What is written on it.
    pub written: Written,
}

/// A provincial register.
pub trait ProvincialRegister {
    /// What it says of the certificate with this number; none where it has no such certificate.
    fn find(&self, number: &str) -> Option<&Listed>;
    /// What proves what it says, in words, and the digest of the file.
    fn proof(&self) -> (&str, Digest);
}

/// An export of a provincial register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    proof: String,
    digest: Digest,
    listed: BTreeMap<String, Listed>,
    /// Rows that could not be read.
    pub wrong: Vec<Wrong>,
}

impl Export {
    /// Reads an export. Its name is `NAME.<SHA-256 in hex>.xlsx` or `.csv`.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] where the name has no digest, or not that of the content.
    pub fn open(path: &Path, bytes: &[u8]) -> Result<Self, Refused> {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let named = name.split('.').find_map(|part| part.parse::<Digest>().ok());
        let digest = Digest::new(Sha256::digest(bytes).into());
        if named != Some(digest) {
            let zh = "文件名须以内容的 SHA-256 结尾（名称.摘要.csv 或 .xlsx），且与内容一致：请核对导出文件是否完整。";
            let en = "The file's name ends with the SHA-256 of its content (NAME.DIGEST.csv or .xlsx). This one does not: check \
                      whether the export is complete.";
            return Err(Refusal::Malformed.because(zh, en));
        }
        let read = super::read(bytes);
        let (mut listed, mut wrong) = (BTreeMap::new(), read.wrong);
        for row in read.rows {
            match row.entry {
                Ok(Entry { name, certificate: Some(written), .. }) => {
                    listed.insert(written.number.clone(), Listed { name, written });
                }
                Ok(_) => {}
                Err(faults) => wrong.extend(faults),
            }
        }
        Ok(Self { proof: name.to_owned(), digest, listed, wrong })
    }
}

impl ProvincialRegister for Export {
    fn find(&self, number: &str) -> Option<&Listed> {
        self.listed.get(number)
    }

    fn proof(&self) -> (&str, Digest) {
        (&self.proof, self.digest)
    }
}

/// Something that the two registers say differently of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// Number of the certificate.
    pub number: String,
    /// What, in Chinese and English.
    pub what: (&'static str, &'static str),
    /// Here.
    pub here: String,
    /// In the provincial register.
    pub there: String,
}

/// What a comparison found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compared {
    /// Certificates that agree.
    pub agree: usize,
    /// Those of them that got the source now.
    pub stated: usize,
    /// Certificates that the provincial register does not have.
    pub missing: usize,
    /// What differs.
    pub differ: Vec<Disagreement>,
}

fn differences(row: &CertificateRow, name: &str, listed: &Listed) -> Vec<Disagreement> {
    let Written { number: _, category, region, issued, until } = &listed.written;
    // A register that does not name the region by its code says nothing about it.
    let region = region.as_ref().filter(|code| code.bytes().all(|byte| byte.is_ascii_digit()));
    let region = region.unwrap_or(&row.region);
    let (issued, until) = (issued.to_string(), until.to_string());
    let pairs = [
        (("姓名", "name"), name, &listed.name),
        (("执法类别", "category"), &row.category, category),
        (("执法区域", "region"), &row.region, region),
        (("发证日期", "issued on"), &row.issued_on, &issued),
        (("有效期至", "valid until"), &row.valid_until, &until),
    ];
    let differ = pairs.into_iter().filter(|(_, here, there)| here != there);
    let one = |(what, here, there): ((&'static str, &'static str), &str, &String)| Disagreement {
        number: row.number.clone(),
        what,
        here: here.to_owned(),
        there: there.clone(),
    };
    differ.map(one).collect()
}

/// Compares the certificates of a scope with a provincial register, and states it as the source of those that agree.
///
/// # Errors
/// [`Refusal::Malformed`] without a reason, or an internal error.
pub fn compare(
    store: &Store,
    scope: &Scope,
    register: &impl ProvincialRegister,
    by: By<'_>,
    now: Instant,
) -> Result<Compared, Failure> {
    reason::read(by.reason)?;
    let tenant = &scope.tenant;
    store.write_sync(|tx| {
        tx.lock_tenant(tenant, now)?;
        let (held, _) = held(tx, scope)?;
        let people: BTreeMap<OfficerId, &OfficerRow> = held.officers.iter().map(|row| (row.id, row)).collect();
        let mut found = Compared::default();
        for (row, _) in &held.certificates {
            let Some(person) = people.get(&row.officer) else { continue };
            let Some(listed) = register.find(&row.number) else {
                found.missing += 1;
                continue;
            };
            let differ = differences(row, &person.name, listed);
            if differ.is_empty() {
                found.agree += 1;
                found.stated += usize::from(state(tx, scope, (row, person), register, by, now)?);
            }
            found.differ.extend(differ);
        }
        Ok(found)
    })
}

/// States the register as a source; whether that is new.
fn state(
    tx: &mut Tx<'_>,
    scope: &Scope,
    (row, person): (&CertificateRow, &OfficerRow),
    register: &impl ProvincialRegister,
    by: By<'_>,
    now: Instant,
) -> Result<bool, Failure> {
    let (tenant, (proof, digest), kind) = (&scope.tenant, register.proof(), SourceKind::ProvincialRegister);
    let known = verified::of_officer(tx, tenant, &person.id)?.remove(&row.number).unwrap_or_default();
    let says = |one: &SourceRow| (one.revision, one.kind, one.digest) == (known.revision, kind, Some(digest));
    if known.sources.iter().any(says) {
        return Ok(false);
    }
    let source = SourceRow {
        certificate: row.number.clone(),
        ordinal: 0,
        revision: 0,
        at: now,
        actor: by.actor,
        kind,
        proof: proof.to_owned(),
        digest: Some(digest),
    };
    tx.add_source(tenant, source)?;
    let detail = json!({
        "certificate": row.number, "source": kind, "proof": proof, "sha256": digest.to_string(),
    });
    let about = (person.id, person.agency);
    register_event::note(tx, tenant, (RegisterEventKind::CertificateSource, about), &detail, by, now)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_whose_name_is_not_the_digest_of_its_content_is_refused() {
        let bytes =
            "姓名,单位,证号,执法类别,发证日期,有效期至\n李建国,高唐所,22370001001,综合执法,2022-3-1,2091-2-28\n"
                .as_bytes();
        let digest = Digest::new(Sha256::digest(bytes).into());
        let open = |name: &str| Export::open(Path::new(name), bytes).map(|export| export.listed.len());
        assert_eq!(open(&format!("/tmp/sheng.{digest}.csv")), Ok(1));
        for wrong in
            ["sheng.csv".to_owned(), format!("sheng.{}.csv", "0".repeat(64)), digest.to_string().to_uppercase()]
        {
            assert!(open(&wrong).is_err(), "{wrong}");
        }
    }
}
