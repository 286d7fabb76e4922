//! Interference that the demonstration's checks must detect: the effect of a broken promise.
//!
//! Promise: it modifies only transmitted messages or the officer's input; no check knows about it. `--once` then fails
//! because data is really missing, duplicated or different.

use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::ValueEnum;
use sync_core::change::Received;
use sync_core::id::{ChangeId, Digest};
use sync_core::message::{Class, Push, PushOutcome, Pushed};

use super::message::Message;
use super::process::held;

/// A kind of sabotage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Sabotage {
    /// One saved change is removed from every push and reported as accepted.
    LostChange,
    /// One act is saved twice and sent as two changes.
    DoubleChange,
    /// A value is replaced in transit by another of the same length.
    SwappedValue,
    /// The upload of one photograph is dropped and answered as if it had been stored.
    LostPhoto,
}

/// What happens to a request.
#[derive(Debug)]
pub enum OnTheWay {
    /// It is forwarded, perhaps changed.
    Goes {
        /// The request.
        request: Message,
        /// The place in the push from which a change was taken.
        taken: Option<usize>,
    },
    /// The server never sees it.
    Swallowed {
        /// The forged answer for the phone.
        answer: Vec<u8>,
    },
}

/// The interference of one run; without a sabotage everything passes.
#[derive(Debug, Default)]
pub struct Interference {
    sabotage: Option<Sabotage>,
    change: Mutex<Option<ChangeId>>,
    words: Mutex<Option<(String, String)>>,
    photo: Mutex<Option<Digest>>,
}

impl Interference {
    /// With this sabotage, or none.
    pub fn new(sabotage: Option<Sabotage>) -> Self {
        Self { sabotage, ..Self::default() }
    }

    /// The change that `lost-change` loses, and the words that `swapped-value` swaps in it.
    pub fn mark_change(&self, change: ChangeId, words: &str, others: &str) {
        *held(&self.change) = Some(change);
        *held(&self.words) = Some((words.to_owned(), others.to_owned()));
    }

    /// The photograph that `lost-photo` loses.
    pub fn mark_photo(&self, digest: Digest) {
        *held(&self.photo) = Some(digest);
    }

    /// How often the officer's finger triggers the one marked save.
    pub fn taps(&self) -> usize {
        if self.sabotage == Some(Sabotage::DoubleChange) { 2 } else { 1 }
    }

    /// Looks at a request on its way to the server.
    pub fn on_the_way(&self, request: Message) -> OnTheWay {
        let (request, taken) = match self.sabotage {
            Some(Sabotage::LostChange) if request.is_push() => self.without_change(request),
            Some(Sabotage::SwappedValue) if request.is_push() => (self.with_other_words(request), None),
            Some(Sabotage::LostPhoto) => match self.swallowed(&request) {
                Some(answer) => return OnTheWay::Swallowed { answer },
                None => (request, None),
            },
            Some(Sabotage::LostChange | Sabotage::SwappedValue | Sabotage::DoubleChange) | None => (request, None),
        };
        OnTheWay::Goes { request, taken }
    }

    /// Modifies an answer: removed changes are reported as accepted.
    pub fn on_the_way_back(&self, answer: Vec<u8>, taken: Option<usize>) -> Vec<u8> {
        let forged = taken.and_then(|place| forged(&answer, (*held(&self.change))?, place));
        forged.unwrap_or(answer)
    }

    fn without_change(&self, request: Message) -> (Message, Option<usize>) {
        let Some(lost) = *held(&self.change) else { return (request, None) };
        let Ok(mut push) = Push::read(&request.body) else { return (request, None) };
        let is_lost = |bytes: &Vec<u8>| Received::read(bytes).map(|change| change.id()) == Ok(lost);
        let Some(place) = push.changes.iter().position(is_lost) else { return (request, None) };
        push.changes.remove(place);
        (request.with_body(push.to_bytes()), Some(place))
    }

    fn with_other_words(&self, request: Message) -> Message {
        let words = held(&self.words).clone();
        let Some((words, others)) = words.filter(|(words, others)| words.len() == others.len()) else { return request };
        let place = request.body.windows(words.len()).position(|window| window == words.as_bytes());
        let Some(place) = place else { return request };
        let mut body = request.body.clone();
        body.splice(place..place + words.len(), others.bytes());
        request.with_body(body)
    }

    fn swallowed(&self, request: &Message) -> Option<Vec<u8>> {
        let lost = (*held(&self.photo))?;
        let named = STANDARD.encode(lost.bytes());
        let announces = request.header("upload-metadata").is_some_and(|metadata| metadata.contains(&named));
        if !announces {
            return None;
        }
        let length = request.header("upload-length").unwrap_or_default();
        let head = [
            "HTTP/1.1 201 Created",
            "Tus-Resumable: 1.0.0",
            "Location: /v1/evidence/00000000000000000000000000000000",
            &format!("Upload-Offset: {length}"),
            "Content-Length: 0",
            "Connection: close",
            "\r\n",
        ];
        Some(head.join("\r\n").into_bytes())
    }
}

/// The answer to a push with one more outcome: accepted. A receipt cannot be forged.
fn forged(answer: &[u8], change: ChangeId, place: usize) -> Option<Vec<u8>> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let (head, body) = answer.split_at_checked(end)?;
    let mut pushed = Pushed::read(body).ok()?;
    let outcome = PushOutcome {
        change: Some(change),
        class: Class::Accepted,
        code: String::new(),
        flags: Vec::new(),
        missing: Vec::new(),
    };
    pushed.outcomes.insert(place.min(pushed.outcomes.len()), outcome);
    let message = Message { head: head.to_vec(), body: Vec::new() }.with_body(pushed.to_bytes());
    Some([message.head, message.body].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(body: &str) -> Message {
        let head = format!("POST /v1/sync/push HTTP/1.1\r\ncontent-length: {}\r\n\r\n", body.len());
        Message { head: head.into_bytes(), body: body.as_bytes().to_vec() }
    }

    #[test]
    fn without_sabotage_nothing_is_touched() {
        let all = Interference::new(None);
        all.mark_change(ChangeId::new([1; 32]), "有", "无");
        assert!(matches!(all.on_the_way(push("有杂物")), OnTheWay::Goes { request, .. } if request == push("有杂物")));
        assert_eq!(all.taps(), 1);
    }

    #[test]
    fn swapped_words_have_the_same_length() {
        let all = Interference::new(Some(Sabotage::SwappedValue));
        all.mark_change(ChangeId::new([1; 32]), "有", "无");
        assert!(
            matches!(all.on_the_way(push("有杂物")), OnTheWay::Goes { request, .. } if request.body == "无杂物".as_bytes())
        );
    }

    #[test]
    fn what_was_taken_out_of_a_push_is_said_to_be_accepted() {
        let all = Interference::new(Some(Sabotage::LostChange));
        all.mark_change(ChangeId::new([1; 32]), "", "");
        let answer = |outcomes: usize| {
            let outcome = PushOutcome {
                change: None,
                class: Class::Refused,
                code: String::new(),
                flags: Vec::new(),
                missing: Vec::new(),
            };
            let body = Pushed { outcomes: vec![outcome; outcomes], receipts: Vec::new() }.to_bytes();
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
            [head.as_bytes(), &body].concat()
        };
        let back = all.on_the_way_back(answer(2), Some(1));
        let body = back.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
        let outcomes = Pushed::read(&back[body..]).unwrap().outcomes;
        assert_eq!(outcomes.len(), 3);
        assert_eq!(outcomes[1].change, Some(ChangeId::new([1; 32])));
        assert_eq!(all.on_the_way_back(answer(2), None), answer(2));
    }

    #[test]
    fn the_marked_photograph_is_answered_and_swallowed() {
        let all = Interference::new(Some(Sabotage::LostPhoto));
        all.mark_photo(Digest::new([7; 32]));
        let head = |digest| {
            let named = STANDARD.encode([digest; 32]);
            let text =
                format!("POST /v1/evidence HTTP/1.1\r\nUpload-Length: 9\r\nUpload-Metadata: sha256 {named}\r\n\r\n");
            Message { head: text.into_bytes(), body: Vec::new() }
        };
        assert!(matches!(all.on_the_way(head(7)), OnTheWay::Swallowed { .. }));
        assert!(matches!(all.on_the_way(head(8)), OnTheWay::Goes { .. }));
    }
}
