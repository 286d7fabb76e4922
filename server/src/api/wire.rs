//! Conversion of rows into wire types. Each row is destructured without `..`, so a new column does not compile until it
//! is handled here.

use std::collections::BTreeMap;

use api_spec::agency::Agency;
use api_spec::device::Device;
use api_spec::officer::{
    Account, Certificate, CertificateConfirmation, CertificateInterval, CertificateSource, CertificateVerification,
    Deputy, Officer, OfficerDetail,
};
use api_spec::session::AccessToken;
use sync_core::id::{OfficerId, hex};
use sync_core::proof::thumbprint;
use sync_core::sign::PublicKey;
use sync_core::time::Instant;

use crate::flow::certificate::status_at;
use crate::flow::officer;
use crate::flow::officer::verified::Verification;
use crate::flow::refresh::Issued;
use crate::flow::seed;
use crate::store::{
    AgencyRow, CertificateRow, ConfirmationRow, DeputyRow, DeviceRow, IntervalRow, OfficerRow, SourceRow,
};

/// A token.
pub fn token(issued: Issued) -> AccessToken {
    let Issued { token, expires, bound, refresh } = issued;
    let token_type = if bound { "DPoP" } else { "Bearer" }.to_owned();
    let (refresh_token, refresh_expires_ms) = refresh.map(|refresh| (refresh.token, refresh.expires.ms())).unzip();
    AccessToken { access_token: token, token_type, expires_ms: expires.ms(), refresh_token, refresh_expires_ms }
}

/// An agency.
pub fn agency(row: AgencyRow) -> Agency {
    let AgencyRow { id, parent, path: _, name, short_name, kind, sector, acts_for, reconsideration, active } = row;
    Agency {
        id: id.to_string(),
        parent: parent.map(|id| id.to_string()),
        name,
        short_name,
        kind,
        sector,
        acts_for: acts_for.map(|id| id.to_string()),
        reconsideration: reconsideration.map(|id| id.to_string()),
        active,
    }
}

/// An officer.
pub fn officer(row: OfficerRow) -> Officer {
    let OfficerRow { id, agency, name, helper, active, created: _ } = row;
    let made_up = seed::is_made_up(&id);
    Officer { id: id.to_string(), name, agency: agency.to_string(), helper, active, made_up }
}

/// A certificate with its status at `now`.
pub fn certificate((row, history): (CertificateRow, Vec<IntervalRow>), now: Instant) -> Certificate {
    let status = status_at(&row, &history, now);
    let CertificateRow { number, officer: _, category, region, issued_on, valid_until } = row;
    let intervals = history
        .into_iter()
        .map(|IntervalRow { ordinal: _, status, from, until, reason, basis, decided_by }| CertificateInterval {
            status,
            from_ms: from.ms(),
            until_ms: until.map(Instant::ms),
            reason,
            basis,
            decided_by,
        })
        .collect();
    Certificate { number, category, region, issued_on, valid_until, status, intervals }
}

/// A person with everything that the register says.
pub fn detail(found: officer::Detail, now: Instant) -> OfficerDetail {
    let officer::Detail {
        officer,
        agency_name: _,
        roles,
        certificates,
        account,
        deputies,
        names,
        verifications,
        version: _,
    } = found;
    let name = |id: &OfficerId| names.get(id).cloned().unwrap_or_default();
    let verification = |(number, found): (String, Verification)| CertificateVerification {
        number,
        issued_by: found.issued_by,
        sources: found.sources.into_iter().map(|row| source(row, found.revision, &names)).collect(),
        confirmations: found.confirmations.into_iter().map(|row| confirmation(row, found.revision, &names)).collect(),
    };
    let deputy = |row: DeputyRow| {
        let DeputyRow { id, head, officer, role, from, until, ended } = row;
        Deputy {
            id: hex(&id),
            head: head.to_string(),
            head_name: name(&head),
            officer: officer.to_string(),
            name: name(&officer),
            role,
            from_ms: from.ms(),
            until_ms: until.ms(),
            ended_ms: ended.map(Instant::ms),
        }
    };
    OfficerDetail {
        officer: self::officer(officer),
        roles,
        certificates: certificates.into_iter().map(|one| certificate(one, now)).collect(),
        verifications: verifications.into_iter().map(verification).collect(),
        account: account.map(|officer::Account { login, one_time_until, closed }| Account {
            login,
            one_time_until_ms: one_time_until.map(Instant::ms),
            closed_ms: closed.map(Instant::ms),
        }),
        deputies: deputies.into_iter().map(deputy).collect(),
    }
}

fn source(row: SourceRow, revision: i64, names: &BTreeMap<OfficerId, String>) -> CertificateSource {
    let SourceRow { certificate: _, ordinal: _, revision: of, at, actor, kind, proof, digest } = row;
    CertificateSource {
        kind,
        at_ms: at.ms(),
        by: actor.map(|actor| actor.to_string()),
        by_name: actor.and_then(|actor| names.get(&actor).cloned()),
        grounds: proof,
        sha256: digest.map(|digest| digest.to_string()),
        present: of == revision,
    }
}

fn confirmation(row: ConfirmationRow, revision: i64, names: &BTreeMap<OfficerId, String>) -> CertificateConfirmation {
    let ConfirmationRow { certificate: _, revision: of, officer, at, issued_by, reason } = row;
    CertificateConfirmation {
        at_ms: at.ms(),
        by: officer.to_string(),
        by_name: names.get(&officer).cloned().unwrap_or_default(),
        issued_by,
        reason,
        present: of == revision,
    }
}

/// A phone.
pub fn device(row: DeviceRow) -> Device {
    let DeviceRow {
        id,
        officer,
        public_key,
        label,
        enrolled,
        revoked,
        revoked_reason,
        request_key,
        key_level,
        request_key_level,
    } = row;
    let request_key = request_key.as_deref().and_then(PublicKey::from_slice);
    Device {
        id: id.to_string(),
        officer: officer.to_string(),
        label,
        public_key: hex(&public_key),
        enrolled_ms: enrolled.ms(),
        revoked_ms: revoked.map(Instant::ms),
        revoked_reason,
        request_key: request_key.as_ref().map(thumbprint),
        key_level,
        request_key_level,
    }
}
