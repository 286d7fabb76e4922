//! Words for what a phone says about the protection of its keys.

use sync_core::key_level::KeyLevel;

/// What a phone says about the protection of a key.
pub const fn words(level: KeyLevel) -> (&'static str, &'static str) {
    match level {
        KeyLevel::HwStrong => ("独立安全芯片", "a security chip"),
        KeyLevel::Hw => ("处理器可信环境", "the trusted environment of the processor"),
        KeyLevel::Soft => ("软件密钥库", "a keystore in software"),
        KeyLevel::None => ("未说明", "nothing stated"),
    }
}
