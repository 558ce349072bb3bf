# wangge. `make` or `make help` lists what can be made.
PYTHON  ?= python3
PORT    ?= 8000
HOST    ?= 127.0.0.1
DATA    ?= data
PROFILE ?=
MIRROR  ?=
PIP      = .venv/bin/pip --disable-pip-version-check install --quiet $(if $(MIRROR),--index-url $(MIRROR))
# Much of a browser test is waiting: half as many again as there are processors.
TOGETHER = $(shell expr $$(nproc) \* 3 / 2)
HASHED   = $(PIP) --require-hashes -r

.DEFAULT_GOAL := help
.PHONY: run test test-all check fix bench vendor client client-check screenshots help

run: .venv/run  ## 造演示县并启动：PORT=8000 HOST=127.0.0.1 DATA=data PROFILE=zhongxian（或 longli 等） MIRROR=pip镜像
	@WANGGE_DATA_DIR='$(DATA)' WANGGE_HOST='$(HOST)' WANGGE_PORT='$(PORT)' exec .venv/bin/wangge demo $(if $(PROFILE),--profile '$(PROFILE)')

test: .venv/dev  ## 跑测试；打印跳过了什么和怎样包括进来
	.venv/bin/pytest -n auto -q

test-all: .venv/dev  ## 跑全部测试，少一项就失败（环境由 .ci/run 准备）
	WANGGE_TEST_SLOW=1 \
	WANGGE_TEST_CHROMIUM="$${WANGGE_TEST_CHROMIUM:-$$(command -v chromium)}" \
	WANGGE_TEST_JAVA="$${WANGGE_TEST_JAVA:-$$(command -v java)}" \
	.venv/bin/pytest -n $(TOGETHER) --dist worksteal -q --everything -m 'not shared'

check: .venv/dev  ## 规矩：格式、类型、分层、本库自己的规则，domain、forms、gis 的分支覆盖率 ≥ 95 %
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/pytest -q -n auto tests/rules tests/unit --cov --cov-report=term:skip-covered --cov-fail-under=95

fix: .venv/dev  ## 自动改格式
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

bench: .venv/dev  ## 量速度，超过目标 1.5 倍就失败（要 WANGGE_TEST_DATABASE_URL 和 Chromium）
	.venv/bin/python -m tests.bench

vendor: .venv/dev  ## 核对随附的第三方文件
	.venv/bin/pytest -q tests/rules/test_vendor.py

client: static/form-client/node_modules  ## 重做手机端（要 Node 20 以上）；源码变了就要做，做完一起提交
	cd static/form-client && npm run build

client-check: static/form-client/node_modules  ## 核对手机端：类型、单元测试，重做一遍与提交的逐字节相同
	cd static/form-client && npm run check
	cd static/form-client && npm run build && git diff --exit-code --stat -- dist && test -z "$$(git ls-files --others dist)"

static/form-client/node_modules: static/form-client/package-lock.json
	cd static/form-client && npm ci
	@touch $@

screenshots: .venv/dev  ## 从正在跑的演示县重拍 README 的图
	.venv/bin/python tests/browser/screenshots.py

help:  ## 列出这些命令
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' Makefile

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo '需要 Python 3.11 以上：make run PYTHON=python3.11'; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo '缺少 venv：请先装 python3-venv（Debian、Ubuntu：sudo apt install python3-venv）'; exit 1; }
	$(PYTHON) -m venv .venv

.venv/run: .venv/bin/pip requirements.lock pyproject.toml
	@echo '正在安装依赖……'
	@$(HASHED) requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev: .venv/run requirements-dev.lock
	@$(HASHED) requirements-dev.lock
	@touch $@
