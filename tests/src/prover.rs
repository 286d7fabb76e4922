//! The request key of a client: it proves every request (DPoP), and repeats one for which the server gives a nonce.

use std::sync::Mutex;

use sync_core::proof::{Proof, thumbprint};
use sync_core::sign::{Signer as _, SoftwareKey};

use crate::random::{base64url, random};

/// A request key, and the last nonce of the server.
pub struct Prover {
    /// The key.
    pub key: SoftwareKey,
    nonce: Mutex<Option<String>>,
    /// Scheme and host by which it asks, if that is not where the requests go.
    address: Option<String>,
}

impl std::fmt::Debug for Prover {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Prover")
    }
}

impl Prover {
    /// With this key.
    pub fn of(key: SoftwareKey) -> Self {
        Self { key, nonce: Mutex::default(), address: None }
    }

    /// With this key, for a server whose clients ask by this address.
    pub fn at(key: SoftwareKey, address: &str) -> Self {
        Self { address: Some(address.to_owned()), ..Self::of(key) }
    }

    /// The thumbprint of the key.
    pub fn thumbprint(&self) -> String {
        thumbprint(&self.key.public_key())
    }

    /// Remembers a nonce.
    pub fn remember(&self, nonce: &str) {
        if !nonce.is_empty() {
            *self.nonce.lock().unwrap() = Some(nonce.to_owned());
        }
    }

    /// A proof for a request, with the last nonce.
    pub fn proof(&self, method: &str, url: &str, token: Option<&str>) -> String {
        let nonce = self.nonce.lock().unwrap().clone();
        let path = url.splitn(4, '/').nth(3).unwrap_or_default();
        let public = self.address.as_ref().map(|address| format!("{address}/{path}"));
        self.proof_with(method, public.as_deref().unwrap_or(url), token, nonce.as_deref())
    }

    /// A proof with this nonce, or with none.
    pub fn proof_with(&self, method: &str, url: &str, token: Option<&str>, nonce: Option<&str>) -> String {
        let (id, at_s) = (base64url(&random::<16>()), server::clock::Clock::system().now().ms() / 1000);
        let url = url.split('?').next().unwrap_or_default();
        Proof { method, url, token, nonce, id: &id, at_s }.sign(&self.key).unwrap()
    }
}
