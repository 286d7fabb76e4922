//! SIGTERM under load: acknowledged changes are stored, others are whole or absent, the process ends within its bound,
//! and an upload continues after the restart.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tests::ledger::{Ledger, Told};
use tests::{Phone, on_both_databases};

use crate::evidence::{announce, digest, piece, piece_call, status};
use crate::write_faults::a_case;

/// Whose phones push while it is stopped, and how many.
const OFFICER: &str = "officer-a";
const PHONES: usize = 4;
const BOUND_S: u64 = 5;

on_both_databases! {
    fn a_stop_finishes_what_it_acknowledged(server) {
        server.start_with(&[("PALM_SHUTDOWN_S", "5")]);
        let phones: Vec<Phone<'_>> = (0..PHONES).map(|_| Phone::of(server, OFFICER)).collect();
        let (acknowledged, refused, stopping) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
        let began = Barrier::new(PHONES + 1);
        let mut took = Duration::MAX;
        let kept: Vec<(Phone<'_>, Ledger)> = std::thread::scope(|scope| {
            let pushing: Vec<_> = phones
                .into_iter()
                .map(|mut phone| {
                    let (acknowledged, refused, stopping, began) = (&acknowledged, &refused, &stopping, &began);
                    scope.spawn(move || {
                        let mut ledger = Ledger::default();
                        began.wait();
                        loop {
                            let changes = a_case(&mut phone);
                            let told = ledger.offer(&phone, changes);
                            if told == Told::Stored {
                                acknowledged.fetch_add(1, Ordering::SeqCst);
                                continue;
                            }
                            assert!(stopping.load(Ordering::SeqCst), "{told:?} before the stop");
                            refused.fetch_add(1, Ordering::SeqCst);
                            return (phone, ledger);
                        }
                    })
                })
                .collect();
            began.wait();
            while acknowledged.load(Ordering::SeqCst) < 8 {
                std::thread::sleep(Duration::from_millis(5));
            }
            stopping.store(true, Ordering::SeqCst);
            let begun = Instant::now();
            assert_eq!(server.stop(), Some(0), "it ends by itself, and says that all went well");
            took = begun.elapsed();
            pushing.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(took < Duration::from_secs(BOUND_S + 2), "{took:?}");
        assert_eq!(refused.into_inner(), PHONES, "each was cut off in the middle of its work");
        server.start_again();
        let mut all = Ledger::default();
        for (phone, mut ledger) in kept {
            ledger.settle(&phone);
            all = all.and(ledger);
        }
        all.is_all_there(&Phone::of(server, OFFICER));
    }

    fn an_upload_that_a_stop_cuts_goes_on_where_it_stood(server) {
        server.start_with(&[("PALM_SHUTDOWN_S", "2")]);
        let phone = Phone::of(server, "officer-a");
        let photo = vec![5_u8; 3_000_000];
        let location = announce(&phone, digest(&photo), photo.len()).expect(201).header("location").to_owned();
        let _ = piece(&phone, &location, 0, &photo[..100_000]).expect(204);
        // Half of a piece arrives, then nothing: the stop does not wait indefinitely.
        let mut raw = tests::raw::Raw::to(server);
        let head = format!(
            "PATCH {location} HTTP/1.1\r\nHost: palm\r\n{}Tus-Resumable: 1.0.0\r\n\
             Upload-Offset: 100000\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: 2900000\r\n\r\n",
            phone.authorization("palm", "PATCH", &location)
        );
        raw.send(head.as_bytes());
        raw.send(&photo[100_000..1_500_000]);
        std::thread::sleep(Duration::from_millis(300));
        let begun = Instant::now();
        assert_eq!(server.stop(), Some(0));
        assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
        server.start_again();
        let offset = status(&phone, &location).expect(200).header("upload-offset").parse::<usize>().unwrap();
        assert!((100_000..=1_500_000).contains(&offset), "{offset}");
        let _ = piece_call(&phone, &location, offset, &photo[offset..]).send().expect(204);
        assert_eq!(status(&phone, &location).expect(200).header("upload-offset"), "3000000");
    }
}
