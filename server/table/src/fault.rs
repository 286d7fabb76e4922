//! What is wrong with a file, and what is wrong with a value. Displayed in both languages, English first.

use std::fmt;

/// The file cannot be read as a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotATable {
    /// Neither XLSX nor text.
    Unknown,
    /// The old binary format, or an encrypted workbook, which has the same container.
    OldOrEncrypted,
    /// Text in an encoding that is neither UTF-8 nor GB 18030.
    Encoding,
    /// A bound of [`crate::limit`].
    TooLarge {
        /// Of what, in Chinese.
        zh: &'static str,
        /// Of what, in English.
        en: &'static str,
        /// The bound.
        most: u64,
    },
    /// An archive that no spreadsheet program writes.
    Suspicious(String),
    /// The parts of the workbook do not fit together.
    Damaged(String),
}

impl NotATable {
    /// More than `most` of something.
    pub fn beyond(most: usize, zh: &'static str, en: &'static str) -> Self {
        Self::TooLarge { zh, en, most: u64::try_from(most).unwrap_or(u64::MAX) }
    }

    /// The sentence in Chinese.
    pub fn zh(&self) -> String {
        match self {
            Self::Unknown => "既不是 XLSX 工作簿，也不是 CSV 文本：请另存为“Excel 工作簿（.xlsx）”或 CSV。".to_owned(),
            Self::OldOrEncrypted => {
                "这是旧的 .xls 文件或者加了密码：请打开后取消密码，另存为“Excel 工作簿（.xlsx）”。".to_owned()
            }
            Self::Encoding => "文本既不是 UTF-8 也不是 GBK（GB 18030）编码：请另存为“CSV UTF-8”。".to_owned(),
            Self::TooLarge { zh, en: _, most } => format!("文件超过 {most} {zh}：请分成几个文件。"),
            Self::Suspicious(name) => format!("工作簿内含有电子表格软件不会写入的内容（{name}）：请打开后重新保存。"),
            Self::Damaged(why) => format!("工作簿已损坏（{why}）：请打开后重新保存。"),
        }
    }

    /// The sentence in English.
    pub fn en(&self) -> String {
        match self {
            Self::Unknown => {
                "This is neither an XLSX workbook nor a CSV text. Save it as “Excel workbook (.xlsx)” or as \
                              CSV."
                    .to_owned()
            }
            Self::OldOrEncrypted => {
                "This is an old .xls workbook or one with a password. Open it, remove the password, and \
                                     save it as “Excel workbook (.xlsx)”."
                    .to_owned()
            }
            Self::Encoding => "The text is neither UTF-8 nor GBK (GB 18030). Save it as “CSV UTF-8”.".to_owned(),
            Self::TooLarge { zh: _, en, most } => format!("The file has more than {most} {en}. Split it."),
            Self::Suspicious(name) => format!(
                "The workbook contains an entry that no spreadsheet program writes ({name}). Open it and save it again."
            ),
            Self::Damaged(why) => format!("The workbook is damaged ({why}). Open it and save it again."),
        }
    }
}

/// A value cannot be used. The sentence says what to do; where it stands is the caller's to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is there.
    Empty,
    /// A number of more digits than a spreadsheet keeps: the last ones are gone.
    Rounded(String),
    /// A formula that has no result.
    Formula(String),
    /// Not a date.
    Date(String),
    /// A date that can be read in two ways.
    AmbiguousDate(String),
    /// Not digits.
    Digits(String),
    /// A character of a font of one's own: every other machine shows something else.
    PrivateCharacter {
        /// The text.
        text: String,
        /// The code point.
        character: u32,
    },
    /// A character was lost earlier: U+FFFD, or a question mark inside a name.
    LostCharacter(String),
}

impl Fault {
    /// The sentence in Chinese.
    pub fn zh(&self) -> String {
        match self {
            Self::Empty => "空白，请填写".to_owned(),
            Self::Rounded(number) => {
                format!("{number} 是被电子表格改写的数值，末尾数字已丢失：请把该列设为“文本”格式，按证件原件重新填写")
            }
            Self::Formula(error) => format!("公式结果为 {error}，请直接填写内容"),
            Self::Date(text) => format!("“{text}”不是日期，请写成 2025-03-01"),
            Self::AmbiguousDate(text) => format!("“{text}”可能是两个不同的日期，请按年-月-日写成 2025-03-01"),
            Self::Digits(text) => format!("“{text}”不全是数字"),
            Self::PrivateCharacter { text, character } => {
                format!("“{text}”含有自造字（U+{character:X}）：请用支持 GB 18030 生僻字的输入法重新录入")
            }
            Self::LostCharacter(text) => format!("“{text}”有字符丢失（乱码），请按证件原件重新填写"),
        }
    }

    /// The sentence in English.
    pub fn en(&self) -> String {
        match self {
            Self::Empty => "empty; fill it in".to_owned(),
            Self::Rounded(number) => format!(
                "{number} is a number that the spreadsheet has rounded: its last digits are lost. Format the column as text \
                 and enter it again from the document"
            ),
            Self::Formula(error) => format!("the formula gives {error}; write the value itself"),
            Self::Date(text) => format!("{text:?} is not a date; write it as 2025-03-01"),
            Self::AmbiguousDate(text) => {
                format!("{text:?} can be read as two dates; write year, month, day: 2025-03-01")
            }
            Self::Digits(text) => format!("{text:?} is not a number of digits only"),
            Self::PrivateCharacter { text, character } => format!(
                "{text:?} contains a character that only one font knows (U+{character:X}); enter it with an input method \
                 that has the rare characters of GB 18030"
            ),
            Self::LostCharacter(text) => {
                format!("{text:?} has lost a character; enter it again from the document")
            }
        }
    }
}

impl fmt::Display for NotATable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} / {}", self.en(), self.zh())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} / {}", self.en(), self.zh())
    }
}

impl std::error::Error for NotATable {}
impl std::error::Error for Fault {}
