"""What officers write for a task: statuses, figures, documents, dates and reasons that nobody could object to."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from commune_reports.period import ReportingPeriod
from commune_reports.plan import Plan, Task, Unit

HAMLETS = (
    "Đông Bắc",
    "Tây Nam 1",
    "Tây Nam 2",
    "Tân Dân",
    "Xuân Hà",
    "Ninh Mã",
    "Cổ Mã",
    "Vĩnh Yên",
    "Suối Hàng",
    "Khải Lương",
)
FIELDS_OF_WORK = ("đất đai", "hộ tịch", "chứng thực", "xây dựng", "môi trường", "bảo trợ xã hội", "đăng ký kinh doanh")
DONE = (
    "Đã niêm yết công khai {a} thủ tục hành chính lĩnh vực {w} tại bảng tin UBND xã; giải quyết đúng hạn {b}/{b} hồ sơ.",
    "Tổ chức {a} buổi tuyên truyền tại thôn {h} với {b} lượt người tham dự; phát {c} tờ rơi.",
    "Đăng {a} tin, bài trên Trang thông tin điện tử; phát thanh {b} lượt, thời lượng {c} phút.",
    "Kiểm tra {a} cơ sở tại thôn {h}, nhắc nhở {c} trường hợp; trong kỳ không có đơn thư phản ánh, kiến nghị.",
    "Rà soát xong {b} hồ sơ lĩnh vực {w}, trả đúng hạn 100%, {c} hồ sơ trả trước hạn.",
    "- Ban hành {a} văn bản chỉ đạo;\n- Họp thôn {h} ngày {d} có {b} hộ dự;\n- Vận động được {c} triệu đồng.",
    "Công khai {a} danh mục tại thôn {h} và Trang thông tin điện tử từ ngày {d}; {b} lượt xem.",
    "Hướng dẫn {b} lượt người dân nộp hồ sơ {w} trực tuyến, đạt tỷ lệ {c},{a}%.",
    "Đã gửi thư ngỏ đến {b} hộ kinh doanh ở thôn {h}; tiếp nhận {a} ý kiến và trả lời đủ.",
)
UNDER_WAY = (
    "Đã xử lý {a}/{b} hồ sơ {w}; số còn lại xử lý trong tháng tới.",
    "Đang rà soát {b} thửa đất tại thôn {h}; đã đo đạc xong {a} thửa.",
    "Mới tổ chức {a} trong {c} buổi đối thoại; thôn {h} sẽ họp tiếp vào tuần sau.",
    "Đã thu thập {b} phiếu khảo sát, đang nhập và tổng hợp ({c} phiếu chưa nhập).",
    "Phối hợp phòng chuyên môn kiểm tra {a} điểm ở thôn {h}; còn {c} điểm chưa kiểm tra.",
    "Đang trình ký phương án; đã lấy ý kiến {b} hộ, {a} hộ chưa thống nhất.",
)
REASONS = (
    "Chờ hướng dẫn của phòng chuyên môn cấp huyện; dự kiến triển khai sau ngày {d}.",
    "Chưa bố trí được kinh phí ({a} triệu đồng) trong dự toán năm.",
    "Đơn vị tư vấn chưa bàn giao hồ sơ thôn {h}.",
    "Công chức phụ trách nghỉ thai sản, đang chờ phân công lại.",
    "Vướng mặt bằng tại thôn {h}, {a} hộ chưa nhận tiền bồi thường.",
    "Theo kế hoạch, công việc bắt đầu từ quý sau.",
)
DIFFICULTIES = (
    "Biên chế ít, một công chức phụ trách {a} lĩnh vực.",
    "Kinh phí tuyên truyền còn hạn chế, mới cấp {a} triệu đồng.",
    "Đường truyền dịch vụ công trực tuyến gián đoạn {a} lần trong kỳ.",
    "Người dân thôn {h} chưa quen nộp hồ sơ trực tuyến.",
    "Một số hộ ở thôn {h} chưa phối hợp, vắng mặt khi đo đạc.",
    "Máy quét của Bộ phận một cửa hỏng, phải nhập tay {b} hồ sơ.",
)
PROPOSALS = (
    "Đề nghị UBND huyện mở {a} lớp tập huấn nghiệp vụ cho công chức xã.",
    "Kiến nghị bổ sung kinh phí {b} triệu đồng trong dự toán năm sau.",
    "Đề nghị Trung tâm Công nghệ thông tin tỉnh kiểm tra đường truyền.",
    "Kiến nghị phòng Tài nguyên và Môi trường sớm phê duyệt hồ sơ thôn {h}.",
    "Đề xuất trang bị thêm {a} máy quét cho Bộ phận một cửa.",
)
NOTES = ("Số liệu đến hết ngày {d}.", "Đã báo cáo Chủ tịch UBND xã.", "Công chức mới nhận việc từ ngày {d}.")
NIL_NOTES = ("Trong kỳ không có hồ sơ.", "Không có doanh nghiệp thuộc đối tượng.")
DOCUMENTS = (
    "{n}/{k}-UBND ngày {d}",
    "Số {n}/{k}-UBND ngày {d}",
    "Báo cáo số {n}/BC-UBND ngày {d} của UBND xã",
    "BC số {n}/BC-UBND",
    "Công văn số {n}/UBND-VP ngày {s}",
    "Biên bản số {n}/BB-ĐKT ngày {d}",
    "{n}/{k}-UBND ngày {d}; {m}/TB-UBND ngày {d}",
    "- {n}/{k}-UBND ngày {d}\n- {m}/QĐ-UBND ngày {s}",
)
KINDS = ("BC", "KH", "TB", "QĐ", "TTr")


@dataclass(frozen=True)
class Answer:
    """What is to be reported for one task, before it takes the shape of cells."""

    status: str
    progress_pct: float | None = None
    result: str | None = None
    evidence: str | None = None
    completed_on: date | None = None
    difficulty: str | None = None
    proposal: str | None = None
    note: str | None = None


def draw_answers(plan: Plan, unit: Unit, period: ReportingPeriod, chance: Random) -> dict[str, Answer | None]:
    """An answer for every task of a unit by code, in the order of the plan; None for optional ones left blank."""
    return {
        task.code: draw_answer(task, period, chance) if plan.is_owed(task, period) or chance.random() < 0.3 else None
        for task in plan.tasks_of(unit.code)
    }


def draw_answer(task: Task, period: ReportingPeriod, chance: Random, status: str | None = None) -> Answer:
    """One plausible answer, of a given status or any that the task allows."""
    statuses = ("completed",) * 8 + ("in_progress",) * 6 + ("not_started",) * 3 + ("nil",) * (3 * task.nil_allowed)
    status = status or chance.choice(statuses)
    difficulty = words(DIFFICULTIES, period, chance) if chance.random() < 0.2 else _none(chance)
    proposal = words(PROPOSALS, period, chance) if chance.random() < 0.15 else _none(chance)
    note = words(NOTES, period, chance) if chance.random() < 0.1 else None
    match status:
        case "nil":
            return Answer(status, note=chance.choice(NIL_NOTES) if chance.random() < 0.3 else None)
        case "not_started":
            reason = words(REASONS, period, chance)
            in_note = chance.random() < 0.6
            told = {"note" if in_note else "difficulty": reason}
            return Answer(status, 0.0, proposal=proposal, **told)
        case "in_progress":
            progress = float(chance.choice((10, 25, 30, 40, 50, 60, 65, 70, 75, 80, 85, 90, 95)))
            evidence = document(period, chance) if chance.random() < 0.3 else None
            result = words(UNDER_WAY, period, chance)
            return Answer(status, progress, result, evidence, difficulty=difficulty, proposal=proposal, note=note)
    done = _day(period, chance)
    return Answer(
        "completed",
        100.0,
        result=words(DONE, period, chance),
        evidence=document(period, chance, latest=done),
        completed_on=done,
        difficulty=difficulty,
        proposal=proposal,
        note=note,
    )


def words(sentences: tuple[str, ...], period: ReportingPeriod, chance: Random) -> str:
    """One of some sentences with figures, places and days of its own."""
    a, c, b = sorted((chance.randint(2, 39), chance.randint(2, 99), chance.randint(40, 980)))
    return chance.choice(sentences).format(
        a=a, b=b, c=c, h=chance.choice(HAMLETS), w=chance.choice(FIELDS_OF_WORK), d=f"{_day(period, chance):%d/%m/%Y}"
    )


def document(period: ReportingPeriod, chance: Random, latest: date | None = None) -> str:
    """Number, symbol and day of one or two documents, none of them later than `latest`."""
    day = _day(period, chance) if latest is None else latest - timedelta(days=chance.randint(0, 3))
    number = chance.randint(2, 480)
    return chance.choice(DOCUMENTS).format(
        n=number, m=number + 1, k=chance.choice(KINDS), d=f"{day:%d/%m/%Y}", s=f"{day.day}/{day.month}/{day.year}"
    )


def _none(chance: Random) -> str | None:
    """An empty cell, or one that says that there is nothing to say."""
    return chance.choice(("Không", "Không có", "không có")) if chance.random() < 0.08 else None


def _day(period: ReportingPeriod, chance: Random) -> date:
    """A day of the data window, mostly of its last weeks; never its very first days, so that a document may be older."""
    days = (period.window_end - period.window_start).days
    return period.window_end - timedelta(days=chance.randint(0, days - 4))
