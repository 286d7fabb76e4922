//! A raw body, read into memory.
//!
//! Promise: a body that is too long is refused as soon as that is known. Not here: its media type; the memory of all
//! bodies together (`bodies`).

use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::web::{Bytes, BytesMut, Payload};
use futures_util::StreamExt as _;

use crate::flow::refusal::Refusal;
use crate::web::input::of_payload;

/// Reads the whole body of at most this many bytes.
///
/// # Errors
/// [`Refusal::TooLarge`]; or what ended the body early.
pub async fn read(request: &HttpRequest, mut body: Payload, most: usize) -> Result<Bytes, Refusal> {
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > most) {
        return Err(Refusal::TooLarge);
    }
    // Reserving memory is cheap: the system gives a page only when it is written to, so a client that announces a large
    // body and sends nothing takes no memory.
    let mut whole = BytesMut::with_capacity(announced.unwrap_or_default());
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|cut| of_payload(&cut))?;
        if whole.len() + chunk.len() > most {
            return Err(Refusal::TooLarge);
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.freeze())
}
