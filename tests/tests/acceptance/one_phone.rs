//! The load that one phone can cause: the process stays within its memory bound, and others are served meanwhile.

use tests::attack::{self, MEMORY_MIB};
use tests::on_both_databases;

on_both_databases! {
    fn whatever_one_phone_sends_the_process_stays_below_512_mebibytes(server) {
        for attempt in attack::run(server) {
            println!("{attempt:?}");
            assert!(attempt.memory_mib.1 < MEMORY_MIB, "{attempt:?}");
        }
    }
}
