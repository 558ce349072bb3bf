"""Every setting: its name, its default, its meaning. Read from the environment (WANGGE_…) or a file `.env`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_BASEMAP_NEEDS = {
    "none": (),
    "tianditu": ("basemap_key", "basemap_approval"),
    "file": ("basemap_file", "basemap_datum", "basemap_source"),
    "xyz": ("basemap_url", "basemap_datum", "basemap_source", "basemap_approval"),
}
DEMO_SECRET = "demo-only-" + "0" * 54


class Settings(BaseSettings):
    """One frozen set of values, made once when the process starts."""

    model_config = SettingsConfigDict(env_prefix="WANGGE_", env_file=".env", frozen=True, extra="ignore")

    data_dir: Path = Field(
        default=Path("data"), description="数据目录：数据库（SQLite 时）、照片、导出的文件、任务队列"
    )
    database_url: str | None = Field(
        default=None, description="数据库地址；不设则用数据目录里的 SQLite，生产用 postgresql+psycopg://…"
    )
    secret_key: str = Field(default=DEMO_SECRET, description="签名密钥，生产必须另设，至少 32 个字符")
    base_url: str | None = Field(default=None, description="对外网址；不设则按每次请求的主机名")
    host: str = Field(default="127.0.0.1", description="监听地址")
    port: int = Field(default=8000, description="监听端口")
    workers: int = Field(default=1, description="服务进程数；SQLite 只能为 1")
    trust_proxy: bool = Field(
        default=False, description="前面有反向代理，采信它的 X-Forwarded-Proto/Host/For"
    )
    allow_lists_without_tls: bool = Field(
        default=False, description="允许在内网地址上不加密地下发含个人信息的名单；本机访问总是允许"
    )
    max_request_mb: int = Field(default=100, description="一次提交的上限（兆字节），超过即拒收")
    split_hint_mb: int = Field(default=10, description="请手机按此大小分批上传（兆字节）")
    phone_photo_max_pixels: int = Field(
        default=1600, ge=320, description="手机网页里照片的长边上限（像素）；表单自己写了上限的按表单"
    )
    phone_keep_exif: bool = Field(
        default=False, description="手机网页发送的照片保留拍摄信息（时间、位置、机型）；默认去掉"
    )
    phone_photo_strip: bool = Field(
        default=True, description="手机网页在照片下方加一条，写时间和网格；不盖住画面"
    )
    notify_webhook: str | None = Field(
        default=None,
        description="通知：把消息以 JSON 发到这个网址（自己的短信或消息网关）；都不设则只记日志，不发送",
    )
    notify_webhook_secret: str | None = Field(
        default=None, description="通知：给上面的网址签名用的密钥，两边相同"
    )
    notify_residents: str | None = Field(
        default=None,
        description="通知：发给居民的 Apprise 地址，号码处写 {phone}，例如短信网关的地址",
    )
    notify_staff: str | None = Field(
        default=None,
        description="通知：发给工作人员和单位的 Apprise 地址，号码处写 {phone}；企业微信、钉钉群可以不写",
    )
    basemap: Literal["none", "tianditu", "file", "xyz"] = Field(
        default="none",
        description="底图：none 不用（经纬网）；tianditu 天地图；file 本机的 MBTiles 或 PMTiles；xyz 别的瓦片服务",
    )
    basemap_key: str = Field(default="", description="底图：本单位申请的天地图密钥")
    basemap_file: Path | None = Field(
        default=None, description="底图：.mbtiles 或 .pmtiles 文件（PNG、JPEG、WebP）"
    )
    basemap_url: str = Field(default="", description="底图：瓦片地址，写 {z}、{x}、{y}")
    basemap_datum: Literal["wgs84", "cgcs2000", "gcj02", "bd09"] | None = Field(
        default=None, description="底图：file 和 xyz 的坐标系，必须写明；gcj02、bd09 的显示时移正"
    )
    basemap_max_zoom: int = Field(
        default=18, ge=1, le=22, description="底图：xyz 最细到哪一级，再往里放大显示"
    )
    basemap_source: str = Field(default="", description="底图：file 和 xyz 的来源，印在图上")
    basemap_approval: str = Field(
        default="", description="底图：审图号，印在图上；tianditu 和 xyz 必须有，自拍影像这类 file 可以没有"
    )
    demo: bool = Field(default=False, description="演示模式：登录页列出演示账号；由 wangge demo 打开")
    profile: str = Field(default="zhongxian", description="新建县时默认安装的机制方案")
    log_level: str = Field(default="INFO", description="日志级别")

    @model_validator(mode="after")
    def _messages_reach_one_person(self) -> Settings:
        if self.notify_residents is not None and "{phone}" not in self.notify_residents:
            raise ValueError("WANGGE_NOTIFY_RESIDENTS 要写 {phone}：发给居民的消息不能发进群里")
        if self.notify_webhook is not None and not self.notify_webhook_secret:
            raise ValueError("设了 WANGGE_NOTIFY_WEBHOOK，就要设 WANGGE_NOTIFY_WEBHOOK_SECRET")
        return self

    @model_validator(mode="after")
    def _basemap_says_what_it_is(self) -> Settings:
        lacking = [
            f"WANGGE_{name.upper()}" for name in _BASEMAP_NEEDS[self.basemap] if not getattr(self, name)
        ]
        if lacking:
            raise ValueError(f"WANGGE_BASEMAP={self.basemap} 还要设：{'、'.join(lacking)}")
        return self

    @property
    def url(self) -> str:
        """The database address in use."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'wangge.sqlite').absolute()}"

    @property
    def is_embedded(self) -> bool:
        """SQLite, in one process."""
        return self.url.startswith("sqlite")
