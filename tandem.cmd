@echo off
rem Tandem's command line on Windows: tandem chat, tandem --help. See the file "tandem" for what it does and which variables it reads.
setlocal DisableDelayedExpansion
set "TANDEM_HOME=%~dp0"
set "STATE=%TANDEM_HOME%.tandem"
if not exist "%STATE%" mkdir "%STATE%"
if not exist "%STATE%" echo tandem: cannot write to %STATE%, where the launcher keeps what it builds.>&2& exit /b 2

set "JAVA=java"
if not defined JAVA_HOME goto java_on_path
set "JAVA=%JAVA_HOME%\bin\java.exe"
if exist "%JAVA%" goto java_found
echo tandem: JAVA_HOME is %JAVA_HOME%, but there is no bin\java.exe in it. Point it to a JDK 17 or newer (docs/troubleshooting.md#java).>&2
exit /b 2
:java_on_path
where java >nul 2>nul
if errorlevel 1 echo tandem: there is no java on the PATH. Install a JDK 17 or newer, or set JAVA_HOME (docs/troubleshooting.md#java).>&2& exit /b 2
:java_found

if not exist "%STATE%\classpath" goto build
if not exist "%STATE%\built" goto build
rem Exit status 1: something is newer than the last build.
powershell -NoProfile -Command "$b = (Get-Item -LiteralPath (Join-Path $env:STATE 'built')).LastWriteTimeUtc; $new = Get-ChildItem -Recurse -LiteralPath $env:TANDEM_HOME -Include pom.xml,*.java,*.py,*.json,*.properties,*.safetensors,*.config | Where-Object { $_.FullName -notmatch '\\(target|\.git|\.tandem)\\' -and $_.FullName -notmatch '\\src\\test\\' -and $_.LastWriteTimeUtc -gt $b } | Select-Object -First 1; if ($new) { exit 1 }"
if not errorlevel 1 goto run

:build
where mvn >nul 2>nul
if errorlevel 1 echo tandem: there is no mvn on the PATH. Building takes Maven 3.8 or newer (docs/troubleshooting.md#maven).>&2& exit /b 2
echo tandem: building; the first time this takes some minutes>&2
echo building>"%STATE%\building"
pushd "%TANDEM_HOME%"
call mvn -B -Dmaven.test.skip=true -Djacoco.skip=true -pl samples -am package >"%STATE%\build.log" 2>&1 <nul
set "BUILT=%ERRORLEVEL%"
popd
if "%BUILT%"=="0" goto keep
powershell -NoProfile -Command "Get-Content -LiteralPath (Join-Path $env:STATE 'build.log') -Tail 25" >&2
echo tandem: the build failed; above are the last lines of %STATE%\build.log (docs/troubleshooting.md#build).>&2
exit /b 2

:keep
rem Our own jars are copied, so that a program that runs for hours never sees them replaced by the next build.
powershell -NoProfile -Command "$ErrorActionPreference = 'Stop'; $kept = Join-Path $env:STATE ('app-' + (Get-Date -Format yyyyMMddHHmmss)); New-Item -ItemType Directory $kept | Out-Null; $jars = Get-ChildItem -Path (Join-Path $env:TANDEM_HOME '*\target\tandem-*.jar') -Exclude *-sources.jar,*-javadoc.jar,*-tests.jar | Copy-Item -Destination $kept -PassThru | ForEach-Object FullName; $libraries = Get-Content -LiteralPath (Join-Path $env:TANDEM_HOME 'samples\target\libraries.txt'); [IO.File]::WriteAllText((Join-Path $env:STATE 'classpath'), (($jars -join ';') + ';' + $libraries)); Move-Item -Force -LiteralPath (Join-Path $env:STATE 'building') (Join-Path $env:STATE 'built'); Get-ChildItem -Path $env:STATE -Directory -Filter app-* | Sort-Object Name -Descending | Select-Object -Skip 2 | Remove-Item -Recurse -Force -ErrorAction SilentlyContinue; exit 0"
if errorlevel 1 echo tandem: cannot keep what was built in %STATE%.>&2& exit /b 2

:run
rem libtorch reads these when it is loaded; values that are set already win.
if not defined OMP_NUM_THREADS for %%l in (train bench) do if "%~1"=="%%l" set "OMP_NUM_THREADS=%NUMBER_OF_PROCESSORS%"
set /a "HALF=(NUMBER_OF_PROCESSORS + 1) / 2"
if not defined OMP_NUM_THREADS if "%~1"=="experiment" set "OMP_NUM_THREADS=1"
if not defined OMP_NUM_THREADS set "OMP_NUM_THREADS=%HALF%"
if not defined OMP_WAIT_POLICY if "%~1"=="train" set "OMP_WAIT_POLICY=ACTIVE"
if not defined OMP_WAIT_POLICY if not "%~1"=="bench" set "OMP_WAIT_POLICY=PASSIVE"
rem What runs for long is worth the whole compiler; what answers at once is not.
set "COMPILER=-XX:TieredStopAtLevel=1"
for %%l in (train serve corpus evaluate experiment informativeness verify bench) do if "%~1"=="%%l" set "COMPILER="
rem The class path goes by way of the environment: a command line may not be that long.
for /f "usebackq delims=" %%c in ("%STATE%\classpath") do set "CLASSPATH=%%c"
"%JAVA%" -XX:+UseSerialGC %COMPILER% -Xshare:auto -Djava.awt.headless=true -DOPT_OUT_TRACKING=true %TANDEM_JAVA_OPTS% dev.tandem.samples.cli.Main %*
exit /b %ERRORLEVEL%
