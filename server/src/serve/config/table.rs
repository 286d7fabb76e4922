//! The keys. To add a setting: a row here, a field in `settings`, then regenerate the page with `UPDATE=1`.

/// The commands that accept a key as a flag. The file and the environment may contain every key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Every command that opens the data.
    Data,
    /// `palm serve`.
    Serve,
}

/// A setting, as it is documented.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Name in the file. The flag is `--name` with hyphens, the variable `PALM_NAME`.
    pub name: &'static str,
    /// The default.
    pub default: Option<&'static str>,
    /// The meaning, in Chinese.
    pub zh: &'static str,
    /// The meaning, in English; also the help of the flag.
    pub en: &'static str,
    /// Whether it is secret: it is never printed.
    pub secret: bool,
    /// Whether it may be given several times. It is a list in the file, and separated by commas in the environment.
    pub many: bool,
    /// The commands that have the flag.
    pub scope: Scope,
}

impl Key {
    /// The flag, without its hyphens.
    pub fn flag(&self) -> String {
        self.name.replace('_', "-")
    }

    /// The environment variable.
    pub fn variable(&self) -> String {
        format!("PALM_{}", self.name.to_uppercase())
    }
}

const fn key(name: &'static str, default: Option<&'static str>, zh: &'static str, en: &'static str) -> Key {
    Key { name, default, zh, en, secret: false, many: false, scope: Scope::Serve }
}

const fn of_data(key: Key) -> Key {
    Key { scope: Scope::Data, ..key }
}

const fn secret(key: Key) -> Key {
    Key { secret: true, ..key }
}

const fn many(key: Key) -> Key {
    Key { many: true, ..key }
}

/// All keys.
pub const KEYS: &[Key] = &[
    of_data(key(
        "dir",
        Some("palm-data"),
        "数据目录：密钥、证据，以及未另行指定时的数据库",
        "Data directory: keys, evidence, and the database unless `database_url` names another",
    )),
    of_data(secret(key(
        "database_url",
        None,
        "`sqlite:路径` 或 `postgres://…`；默认为数据目录下的 `palm.db`",
        "`sqlite:PATH` or `postgres://…`; `palm.db` in the data directory if absent",
    ))),
    of_data(key("database_connections", Some("8"), "数据库连接数上限", "Largest number of database connections")),
    of_data(key(
        "database_wait_ms",
        Some("10000"),
        "等待空闲连接的毫秒数，超过即答 503",
        "Milliseconds to wait for a free connection before the answer is 503",
    )),
    key(
        "listen",
        Some("127.0.0.1:8080"),
        "监听地址和端口（可写 `localhost:8080`）；非本机地址须配置 TLS 或可信代理",
        "Address and port to listen on (`localhost:8080` also works). An address other than loopback needs TLS or a trusted proxy",
    ),
    key(
        "metrics_listen",
        None,
        "Prometheus 指标 `/metrics` 的监听地址；缺省不提供",
        "Address and port of `/metrics` for Prometheus; not served if absent",
    ),
    key(
        "metrics_open",
        Some("false"),
        "指标监听地址不是本机地址时须设为 true：指标不需登录，请另行限制可访问的网络",
        "Must be true if `metrics_listen` is not loopback. Metrics need no sign-in, so limit the network that can reach them",
    ),
    key("tls_cert", None, "证书链，PEM 文件", "Certificate chain, PEM file"),
    key("tls_key", None, "证书私钥，PEM 文件", "Private key of the certificate, PEM file"),
    many(key(
        "trusted_proxy",
        None,
        "终结 TLS 的代理的地址或网段（如 `10.0.0.0/8`、`localhost`），可多个；此外只答复本机",
        "Address or network of a proxy that terminates TLS (`10.0.0.0/8`, `localhost`), may be repeated. Other peers are refused, except loopback",
    )),
    many(key(
        "cors_origin",
        None,
        "网页可跨域调用接口的来源（如 `https://app.example.org`），可多个；须与浏览器所写完全一致，不得为 `*` 或 `null`；缺省不允许",
        "Origin whose pages may call the API (`https://app.example.org`), may be repeated. Write it exactly as browsers do; `*` and `null` are not allowed. No origin if absent",
    )),
    key(
        "public_address",
        None,
        "客户端访问本系统所用的地址（如 `https://palm.example.org`）；代理改写主机名或协议时须设置，请求密钥的证明按此地址核对；缺省按请求自身的地址，且不签发核验凭证",
        "Address by which clients reach this installation (`https://palm.example.org`). Set it if a proxy changes the host or the scheme: proofs of request keys are compared with it. If absent, they are compared with the address of the request, and no credentials are issued, because credentials name it as their issuer",
    ),
    key(
        "bearer_phones",
        Some("true"),
        "是否允许没有请求密钥的终端登记和取得令牌；全部终端更新后请设为 false",
        "Whether phones without a request key may enrol and get tokens. Set it to false when every phone has one",
    ),
    key(
        "head_timeout_s",
        Some("8"),
        "请求头须在多少秒内到齐",
        "Seconds within which the head of a request must arrive",
    ),
    key(
        "body_silence_s",
        Some("20"),
        "请求内容传输中断多少秒即放弃",
        "Seconds without data in a request's body after which the server gives the request up",
    ),
    key(
        "request_timeout_s",
        Some("60"),
        "一次请求（含上传）最长秒数；大文件分片上传",
        "Seconds that a whole request may take, with its body. Large files are sent in pieces",
    ),
    key(
        "address_requests_per_s",
        Some("500"),
        "同一地址每秒请求数上限（短时可达二十倍）；超出答 429。多部手机经同一出口上网的，按同一地址计",
        "Requests per second from one address, with bursts of twenty times as many; above it the answer is 429. Phones behind one gateway count as one address",
    ),
    key(
        "caller_requests_per_s",
        Some("100"),
        "同一登录身份每秒请求数上限（短时可达二十倍）",
        "Requests per second from one signed-in caller, with bursts of twenty times as many",
    ),
    key(
        "phone_day_mib",
        Some("256"),
        "每台终端每日可同步的数据量（MiB）；超出答 429，次日恢复",
        "MiB of changes that one phone may push per day; above it the answer is 429 until the next day",
    ),
    key(
        "phone_day_operations",
        Some("200000"),
        "每台终端每日可提交的操作数",
        "Operations that one phone may push per day",
    ),
    key("phone_day_alarms", Some("1000"), "每台终端每日可引发的告警数", "Alarms that one phone may cause per day"),
    key(
        "phone_day_index_rows",
        Some("3000000"),
        "每台终端每日文字可占用的检索索引行数（每字三行）",
        "Rows of the search index that the texts of one phone may add per day, three for each character",
    ),
    key(
        "phone_day_upload_mib",
        Some("16384"),
        "每台终端每日可上传的证据文件量（MiB）",
        "MiB of evidence files whose upload one phone may begin per day",
    ),
    key(
        "unclaimed_mib",
        Some("4096"),
        "每人未被任何案卷引用的文件量上限（MiB）",
        "Largest total of one person's files that no case claims, in MiB",
    ),
    key(
        "unclaimed_days",
        Some("60"),
        "未被任何案卷引用的文件保留天数",
        "Days for which the server keeps a file that no case claims",
    ),
    key(
        "parked_days",
        Some("30"),
        "等待前序内容的变更在服务器上保留的天数；终端上始终保留",
        "Days for which the server keeps a change that waits for another change; its phone keeps it longer",
    ),
    key("keep_alive_s", Some("15"), "空闲连接保留秒数", "Seconds for which an idle connection is kept open"),
    key(
        "shutdown_s",
        Some("30"),
        "停止时等待在办请求的秒数",
        "Seconds that running requests have to finish when the server is stopped",
    ),
    key(
        "log",
        Some("info,actix_server=warn"),
        "日志级别（tracing 指令）；对外监听时不得为 debug 或 trace",
        "Log levels, as directives of `tracing`; debug and trace are not allowed if `listen` is not loopback",
    ),
];
