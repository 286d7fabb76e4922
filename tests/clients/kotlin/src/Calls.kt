// Every kind of call through the client of openapi-generator's `kotlin`, on OkHttp and Gson.
import com.google.gson.JsonObject
import java.io.File
import okhttp3.MediaType.Companion.toMediaType
import okhttp3.OkHttpClient
import okhttp3.RequestBody.Companion.toRequestBody
import okio.Buffer
import palm.client.apis.CaseApi
import palm.client.apis.EvidenceApi
import palm.client.apis.IdentityApi
import palm.client.apis.SupervisionApi
import palm.client.apis.SyncApi
import palm.client.infrastructure.ApiClient
import palm.client.infrastructure.ApiResponse
import palm.client.infrastructure.ClientError
import palm.client.infrastructure.ClientException
import palm.client.infrastructure.Serializer
import palm.client.models.ExportFormat
import palm.client.models.LeadKind
import palm.client.models.NewLead
import palm.client.models.NewSession
import palm.client.models.Problem
import palm.client.models.RefusalCode
import palm.client.models.Return
import palm.client.models.TusVersion

/** The directory that the test prepared: `scene.json`, what is sent, and what came back. */
class Scene(private val directory: File) {
    private val said = Serializer.gson.fromJson(File(directory, "scene.json").readText(), JsonObject::class.java)

    operator fun get(name: String): String = said[name].asString

    fun given(name: String) = File(directory, name)

    fun got(name: String, file: File) {
        file.copyTo(File(directory, name), overwrite = true)
    }
}

fun <T> equal(actual: T, wanted: T, what: String) {
    check(actual == wanted) { "$what: $actual instead of $wanted" }
}

/** The generated client names no type for a body that is no JSON: it is said here, by the route. */
val typed: OkHttpClient = OkHttpClient.Builder().addInterceptor { chain ->
    val request = chain.request()
    val type = when {
        request.url.encodedPath.startsWith("/v1/sync/") -> "application/cbor"
        request.url.encodedPath.startsWith("/v1/evidence/") -> "application/offset+octet-stream"
        else -> null
    }
    val body = request.body
    if (type == null || body == null || body.contentLength() == 0L) return@addInterceptor chain.proceed(request)
    val bytes = Buffer().also(body::writeTo).readByteString()
    chain.proceed(request.newBuilder().method(request.method, bytes.toRequestBody(type.toMediaType())).build())
}.build()

fun <A : ApiClient> A.of(token: String): A = apply { accessTokenProvider = { token } }

/** A header of an answer, whatever the case of its name. */
fun ApiResponse<*>.header(name: String): String =
    headers.entries.first { it.key.equals(name, ignoreCase = true) }.value.first()

/** The problem that a call is refused with. */
fun refusal(call: () -> Unit): Problem {
    try {
        call()
    } catch (refused: ClientException) {
        val error = refused.response as ClientError<*>
        return Serializer.gson.fromJson(error.body as String, Problem::class.java)
    }
    error("it was not refused")
}

fun main(arguments: Array<String>) {
    val scene = Scene(File(arguments.single()))
    val base = scene["base"]
    fun signIn(login: String) = IdentityApi(base).createSession(NewSession(login, scene["password"])).accessToken
    val (head, supervisor) = listOf(signIn("unit-head"), signIn("county-supervisor"))
    val phone = scene["phone_token"]

    // A list in pages.
    val people = IdentityApi(base).of(supervisor)
    var cursor: String? = null
    var officers = 0
    do {
        val page = people.listOfficers(limit = 3, cursor = cursor)
        officers += page.items.size
        cursor = page.nextCursor
    } while (cursor != null)
    equal(officers, scene["officers"].toInt(), "officers in all pages")

    // A creation that is repeated is done once.
    val leads = SupervisionApi(base).of(supervisor)
    fun raise() = leads.raiseLead("kotlin", NewLead(scene["case"], LeadKind.procedure, "询问笔录未逐页签名"))
    equal(raise().id, raise().id, "the same lead")

    // Refusals are typed problems.
    val cases = CaseApi(base).of(head)
    val nothing = refusal { cases.readCase("0".repeat(64)) }
    equal(nothing.status to nothing.code, 404 to RefusalCode.not_found, "a case that is not there")
    equal(refusal { people.listOfficers(limit = 0) }.code, RefusalCode.malformed, "a limit of nothing")

    // A command names what it saw; the next one on the same basis is stale.
    val tag = cases.readCaseWithHttpInfo(scene["case"], null).header("ETag")
    equal(tag, "\"${cases.readCase(scene["case"]).basis}\"", "the tag is the basis")
    val reason = Return(reason = "请补充询问标价签的制作时间", target = scene["record"])
    equal(cases.returnRecord(scene["case"], tag, reason).status.value, "returned", "returned")
    val stale = refusal { cases.returnRecord(scene["case"], tag, reason) }
    equal(stale.status to stale.code, 412 to RefusalCode.stale, "the same basis twice")

    // What did not change is not sent again.
    val sync = SyncApi(base, typed).of(phone)
    val version = sync.readReferenceWithHttpInfo(null).header("ETag")
    equal(sync.readReferenceWithHttpInfo(version).statusCode, 304, "unchanged")

    // Bytes up: a push, and a file in pieces.
    scene.got("pushed.cbor", sync.pushChanges(scene.given("push.cbor")))
    upload(scene, EvidenceApi(base, typed).of(phone))

    // Bytes down: the feed, a file, a spreadsheet; and the signed record.
    scene.got("pulled.cbor", sync.pullChanges(limit = 500))
    val files = EvidenceApi(base).of(head)
    scene.got("evidence", files.readEvidence(scene["case"], scene["digest"]))
    val part = files.readEvidence(scene["case"], scene["digest"], range = "bytes=1-3")
    equal(part.length(), 3L, "a part")
    scene.got("export.csv", File.createTempFile("export", null).apply { writeText(cases.exportCases(ExportFormat.csv)) })
    val record = Serializer.gson.toJson(cases.readRecord(scene["closed"]))
    scene.got("record.json", File.createTempFile("record", null).apply { writeText(record) })
}

fun upload(scene: Scene, files: EvidenceApi) {
    val bytes = scene.given("file").readBytes()
    val begun = files.createUploadWithHttpInfo(TusVersion._1Period0Period0, bytes.size.toLong(), scene["metadata"])
    val upload = begun.header("Location").substringAfterLast('/')
    val half = bytes.size / 2
    for ((from, to) in listOf(0 to half, half to bytes.size)) {
        val piece = File.createTempFile("piece", null).apply { writeBytes(bytes.copyOfRange(from, to)) }
        val sent = files.uploadPieceWithHttpInfo(upload, TusVersion._1Period0Period0, from.toLong(), piece)
        equal(sent.statusCode to sent.header("Upload-Offset"), 204 to to.toString(), "a piece")
        if (from == 0) {
            val stands = files.uploadStatusWithHttpInfo(upload, TusVersion._1Period0Period0)
            equal(stands.header("Upload-Offset"), half.toString(), "how far it is")
        }
    }
}
