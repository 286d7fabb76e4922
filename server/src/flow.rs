//! The use cases of the server, one file per noun. A flow holds the order of steps, not the rules.
//!
//! Promise: a flow reads or writes through one store closure and answers with a domain value or a [`Failure`]. It
//! contains no legal number and no `if` on business facts: those are in `sync_core`.
//!
//! [`Failure`]: refusal::Failure

pub mod access;
pub mod account;
pub mod account_event;
pub mod address;
pub mod alarm;
pub mod app;
pub mod area;
pub mod as_of;
pub mod attempt;
pub mod backup;
pub mod caller;
pub mod case;
pub mod case_record;
pub mod certificate;
pub mod chain;
pub mod code;
pub mod command;
pub mod console_session;
pub mod device;
pub mod document_index;
pub mod double;
pub mod evidence;
pub mod export;
pub mod first_run;
pub mod form_token;
pub mod handwriting;
pub mod health;
pub mod holiday;
pub mod housekeeping;
pub mod idempotency;
pub mod ingest;
pub mod install;
pub mod judge;
pub mod keys;
pub mod lead;
pub mod lease;
pub mod loaded;
pub mod mask;
pub mod officer;
pub mod outbox;
pub mod password;
pub mod password_reset;
pub mod projection;
pub mod pull;
pub mod push_sender;
pub mod quota;
pub mod read_audit;
pub mod reconcile;
pub mod recorder;
pub mod reference;
pub mod refusal;
pub mod register;
pub mod search;
pub mod seed;
pub mod seen;
pub mod session;
pub mod stay;
pub mod token;
pub mod unsent_form;
pub mod work;
