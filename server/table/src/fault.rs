//! What is wrong with a file, and what is wrong with a value.

/// The file cannot be read as a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotATable {
    /// Neither XLSX nor text.
    #[error(
        "This is neither an XLSX workbook nor a CSV text. Save it as “Excel workbook (.xlsx)” or as CSV. / \
         既不是 XLSX 工作簿，也不是 CSV 文本：请另存为“Excel 工作簿（.xlsx）”或 CSV。"
    )]
    Unknown,
    /// The old binary format, or an encrypted workbook, which has the same container.
    #[error(
        "This is an old .xls workbook or one with a password. Open it, remove the password, and save it as “Excel \
         workbook (.xlsx)”. / 这是旧的 .xls 文件或者加了密码：请打开后取消密码，另存为“Excel 工作簿（.xlsx）”。"
    )]
    OldOrEncrypted,
    /// Text in an encoding that is neither UTF-8 nor GB 18030.
    #[error(
        "The text is neither UTF-8 nor GBK (GB 18030). Save it as “CSV UTF-8”. / \
         文本既不是 UTF-8 也不是 GBK（GB 18030）编码：请另存为“CSV UTF-8”。"
    )]
    Encoding,
    /// A bound of [`crate::limit`].
    #[error("The file has more than {most} {en}. Split it. / 文件超过 {most} {zh}：请分成几个文件。")]
    TooLarge {
        /// Of what, in Chinese.
        zh: &'static str,
        /// Of what, in English.
        en: &'static str,
        /// The bound.
        most: u64,
    },
    /// An archive that no spreadsheet program writes.
    #[error(
        "The workbook contains an entry that no spreadsheet program writes ({0}). Open it and save it again. / \
         工作簿内含有电子表格软件不会写入的内容（{0}）：请打开后重新保存。"
    )]
    Suspicious(String),
    /// The parts of the workbook do not fit together.
    #[error("The workbook is damaged ({0}). Open it and save it again. / 工作簿已损坏（{0}）：请打开后重新保存。")]
    Damaged(String),
}

/// A value cannot be used. The sentence says what to do; where it stands is the caller's to add.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Nothing is there.
    #[error("empty; fill it in / 空白，请填写")]
    Empty,
    /// A number of more digits than a spreadsheet keeps: the last ones are gone.
    #[error(
        "{0} is a number that the spreadsheet has rounded: its last digits are lost. Format the column as text and enter \
         it again from the document / {0} 是被电子表格改写的数值，末尾数字已丢失：请把该列设为“文本”格式，按证件原件重新填写"
    )]
    Rounded(String),
    /// A formula that has no result.
    #[error("the formula gives {0}; write the value itself / 公式结果为 {0}，请直接填写内容")]
    Formula(String),
    /// Not a date.
    #[error("{0:?} is not a date; write it as 2025-03-01 / “{0}”不是日期，请写成 2025-03-01")]
    Date(String),
    /// A date that can be read in two ways.
    #[error(
        "{0:?} can be read as two dates; write year, month, day: 2025-03-01 / \
         “{0}”可能是两个不同的日期，请按年-月-日写成 2025-03-01"
    )]
    AmbiguousDate(String),
    /// Not digits.
    #[error("{0:?} is not a number of digits only / “{0}”不全是数字")]
    Digits(String),
    /// A character of a font of one's own: every other machine shows something else.
    #[error(
        "{text:?} contains a character that only one font knows (U+{character:X}); enter it with an input method that has \
         the rare characters of GB 18030 / “{text}”含有自造字（U+{character:X}）：请用支持 GB 18030 生僻字的输入法重新录入"
    )]
    PrivateCharacter {
        /// The text.
        text: String,
        /// The code point.
        character: u32,
    },
    /// A character was lost earlier: U+FFFD, or a question mark inside a name.
    #[error(
        "{0:?} has lost a character; enter it again from the document / “{0}”有字符丢失（乱码），请按证件原件重新填写"
    )]
    LostCharacter(String),
}
