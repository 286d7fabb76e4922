//! A form with a file (`multipart/form-data`, RFC 7578).
//!
//! Promise: only the forms of [`FORMS`] may carry a file, one each. The fields before the file are read first, and the file
//! only for a sender whose token fits; it is bounded as a table is. Not here: what the file says, and the memory of all
//! bodies together (`web::bodies`).

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::HttpMessage as _;
use actix_web::dev::ServiceRequest;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::web::Bytes;
use futures_util::StreamExt as _;

use super::FORM_LIMIT;
use super::posted::{PostedFile, TOKEN};
use crate::flow::refusal::Refusal;
use crate::web::TABLE;
use crate::web::input::of_payload;

/// The forms with a file.
const FORMS: [&str; 1] = ["/console/register/file"];
/// Fields of such a form.
const MOST_FIELDS: usize = 16;

/// The fields of a form, and its file. Without the file if the token does not fit, for then the form is refused anyway.
pub type Opened = (Vec<(String, String)>, Option<PostedFile>);

/// Whether a request is a form with a file.
pub fn is_one(request: &ServiceRequest) -> bool {
    request.content_type() == "multipart/form-data" && FORMS.contains(&request.path())
}

/// Reads a form with a file.
///
/// # Errors
/// [`Refusal::TooLarge`]; [`Refusal::Malformed`] for what no browser sends; or what ended the body early.
pub async fn open(request: &mut ServiceRequest, fits: impl AsyncFn(&str) -> bool) -> Result<Opened, Refusal> {
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > TABLE) {
        return Err(Refusal::TooLarge);
    }
    let payload = request.take_payload();
    let mut parts = Multipart::new(request.headers(), payload);
    let (mut fields, mut file, mut room) = (Vec::new(), None, FORM_LIMIT);
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(|error| of_part(&error))?;
        let name = part.name().ok_or(Refusal::Malformed)?.to_owned();
        let filename = part.content_disposition().and_then(|said| said.get_filename()).map(str::to_owned);
        let Some(filename) = filename else {
            let bytes = whole(&mut part, room).await?;
            room -= bytes.len();
            let text = String::from_utf8(bytes.to_vec()).map_err(|_not_text| Refusal::Malformed)?;
            if text.contains('\0') || name.contains('\0') {
                return Err(Refusal::UnstorableText);
            }
            fields.push((name, text));
            if fields.len() > MOST_FIELDS {
                return Err(Refusal::Malformed);
            }
            continue;
        };
        let token = fields.iter().find(|(name, _)| name == TOKEN).map_or("", |(_, token)| token.as_str());
        if !fits(token).await {
            return Ok((fields, None));
        }
        if file.is_some() {
            return Err(Refusal::Malformed);
        }
        let bytes = whole(&mut part, table::limit::FILE).await?;
        file = Some(PostedFile { name: filename, bytes });
    }
    Ok((fields, file))
}

async fn whole(part: &mut Field, most: usize) -> Result<Bytes, Refusal> {
    let read = part.bytes(most).await.map_err(|_limit_exceeded| Refusal::TooLarge)?;
    read.map_err(|error| of_part(&error))
}

fn of_part(error: &MultipartError) -> Refusal {
    match error {
        MultipartError::Payload(error) => of_payload(error),
        MultipartError::ContentTypeMissing
        | MultipartError::ContentTypeParse
        | MultipartError::ContentTypeIncompatible
        | MultipartError::BoundaryMissing
        | MultipartError::ContentDispositionMissing
        | MultipartError::ContentDispositionNameMissing
        | MultipartError::Nested
        | MultipartError::Incomplete
        | MultipartError::Parse(_)
        | MultipartError::NotConsumed
        | MultipartError::Field { .. }
        | MultipartError::DuplicateField(_)
        | MultipartError::MissingField(_)
        | MultipartError::UnknownField(_)
        | _ => Refusal::Malformed,
    }
}
