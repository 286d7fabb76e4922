//! Evidence files under fault injection: the server is killed, or the disk fails, at each step from the first byte to
//! the row that marks the file as complete. The upload continues, and the file that is read equals the file that was
//! sent.

use std::path::PathBuf;

use tests::actor::random;
use tests::fault::{Aim, Fault};
use tests::{Person, Phone, Server, on_both_databases};

use crate::evidence::{announce, claim, digest, piece, piece_call, status};

/// How much has come before the fault, of how much.
const BEGUN: usize = 100_000;
const WHOLE: usize = 300_000;

/// Which file a step is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum On {
    /// The file that grows.
    Upload,
    /// The directory in which it gets its name.
    Shard,
    /// The directory above.
    Files,
}

/// From the first byte of a piece to the end, in order.
const STEPS: [(&str, On); 7] = [
    ("write", On::Upload),
    ("fdatasync", On::Upload),
    ("fsync", On::Upload),
    ("mkdir", On::Shard),
    ("linkat", On::Upload),
    ("fsync", On::Files),
    ("unlink", On::Upload),
];

/// Fresh bytes for which no directory is there yet.
fn photograph(server: &Server) -> Vec<u8> {
    loop {
        let bytes = random::<32>().repeat(WHOLE / 32 + 1)[..WHOLE].to_vec();
        let shard = digest(&bytes).to_string()[..2].to_owned();
        if !server.directory().join("evidence/files").join(shard).exists() {
            return bytes;
        }
    }
}

fn aim_at(server: &Server, step: (&'static str, On), what: &'static str, location: &str, photo: &[u8]) -> Aim {
    let evidence = server.directory().canonicalize().unwrap().join("evidence");
    let file: PathBuf = match step.1 {
        On::Upload => evidence.join("uploads").join(location.rsplit('/').next().unwrap()),
        On::Shard => evidence.join("files").join(&digest(photo).to_string()[..2]),
        On::Files => evidence.join("files"),
    };
    Aim { calls: step.0, what, when: "1".to_owned(), files: vec![file] }
}

/// One photograph through one fault.
fn goes_on(server: &Server, phone: &mut Phone<'_>, step: (&'static str, On), what: &'static str) {
    let photo = photograph(server);
    let open = phone.open_case(&[]);
    phone.push(&[&open]);
    claim(phone, open.id(), &[open.id()], digest(&photo));
    let location = announce(phone, digest(&photo), WHOLE).expect(201).header("location").to_owned();
    let _ = piece(phone, &location, 0, &photo[..BEGUN]).expect(204);

    let aim = aim_at(server, step, what, &location, &photo);
    let fault = Fault::arm(&[server.pid()], &aim);
    let told = piece_call(phone, &location, BEGUN, &photo[BEGUN..]).try_send();
    assert!(fault.end() > 0, "{aim:?} did not fire");
    match told {
        Err(_) => assert_eq!(what, "signal=KILL", "{aim:?}: no answer"),
        Ok(answer) => {
            let expected = if what == "error=ENOSPC" { (507, "storage_full") } else { (503, "storage_unavailable") };
            assert_eq!(answer.refusal(), (expected.0, expected.1.to_owned()), "{aim:?}");
            assert!(answer.header("retry-after").parse::<u32>().is_ok(), "{aim:?}");
        }
    }
    if what == "signal=KILL" {
        server.start_again();
    }

    let offset = status(phone, &location).expect(200).header("upload-offset").parse::<usize>().unwrap();
    assert!(offset <= WHOLE, "{aim:?}");
    if what == "error=EIO" && step.0.ends_with("sync") && step.1 == On::Upload {
        assert_eq!(offset, 0, "{aim:?}: what was not written through is not believed");
    }
    if offset < WHOLE {
        let _ = piece(phone, &location, offset, &photo[offset..]).expect(204);
    }
    assert_eq!(status(phone, &location).expect(200).header("upload-offset"), WHOLE.to_string());
    let again = announce(phone, digest(&photo), WHOLE).expect(201);
    assert_eq!((again.header("location"), again.header("upload-offset")), (location.as_str(), "300000"));
    let read = format!("/v1/cases/{}/evidence/{}", open.id(), digest(&photo));
    let read = Person::sign_in(server, "unit-head").call("GET", &read).send().expect(200);
    assert!(read.body == photo, "{aim:?}: byte for byte");
}

on_both_databases! {
    fn an_upload_goes_on_after_a_kill_at_each_of_its_steps(server) {
        let mut phone = Phone::of(server, "officer-a");
        for step in STEPS {
            goes_on(server, &mut phone, step, "signal=KILL");
        }
    }

    fn an_upload_goes_on_after_the_disk_failed_at_each_of_its_steps(server) {
        let mut phone = Phone::of(server, "officer-a");
        for step in STEPS {
            goes_on(server, &mut phone, step, "error=EIO");
        }
        for step in [STEPS[0], STEPS[3], STEPS[4]] {
            goes_on(server, &mut phone, step, "error=ENOSPC");
        }
    }
}
