"""The trustee's command: `evote-trustee`.

*Exit codes*: 0 done; 1 refused because something is false; 2 unreadable input or usage; 3 a bug of this program;
4 unavailable, or nothing to do yet; 5 the log has shown two histories.
"""

from __future__ import annotations

import typer

from trustee_cli.ceremony_command import ceremony
from trustee_cli.command import command
from trustee_cli.keeping_commands import backup, forget, identity, restore
from trustee_cli.share_commands import decrypt_command, rehearse_command
from trustee_cli.status_command import status

app = typer.Typer(
    help="What a trustee runs on their own machine. It reads the public record and writes files; it never sends any. "
    "· 열쇠 관리인이 본인 컴퓨터에서 쓰는 프로그램. 공개 기록을 읽고 파일을 만들 뿐, 아무것도 보내지 않습니다.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    pretty_exceptions_enable=False,
    add_completion=False,
)

command(app, "identity", "신원 키")(identity)
command(app, "status", "진행 상황")(status)
command(app, "ceremony", "키 생성 의식")(ceremony)
command(app, "rehearse", "복호 예행연습")(rehearse_command)
command(app, "decrypt", "복호")(decrypt_command)
command(app, "backup", "백업")(backup)
command(app, "restore", "복원")(restore)
command(app, "forget", "파기")(forget)


def run() -> None:
    """Run the command of this process and exit."""
    app(prog_name="evote-trustee")


if __name__ == "__main__":
    run()
