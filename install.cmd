@echo off
rem Sets up tilik in this folder. Memasang tilik di folder ini.
rem Double click it, or run it again after an update. Klik dua kali, atau jalankan lagi setelah pembaruan.
setlocal EnableExtensions DisableDelayedExpansion
title tilik
pushd "%~dp0"
if errorlevel 1 goto no_folder

set "PYTHON=py -3"
py -3 -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>nul
if not errorlevel 1 goto python_found
set "PYTHON=python"
python -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>nul
if errorlevel 1 goto no_python

:python_found
if exist ".venv\Scripts\python.exe" goto packages
echo 1/4 Menyiapkan lingkungan Python ... / Making the Python environment ...
%PYTHON% -m venv .venv
if errorlevel 1 goto no_venv

:packages
echo 2/4 Memasang paket, beberapa menit ... / Installing packages, some minutes ...
".venv\Scripts\python.exe" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
if errorlevel 1 goto no_packages
".venv\Scripts\python.exe" -m pip install --quiet --disable-pip-version-check --no-deps .
if errorlevel 1 goto no_packages

echo 3/4 Memasang peramban ... / Installing a browser ...
".venv\Scripts\tilik.exe" browser install
if not errorlevel 1 goto start_file
echo.
echo PERHATIAN: peramban tidak terpasang. Google Chrome atau Microsoft Edge yang ada akan dipakai; periksa dengan: tilik doctor
echo NOTE: no browser was installed. An installed Google Chrome or Microsoft Edge is used; check with: tilik doctor

:start_file

echo 4/4 Menulis start-tilik.cmd ... / Writing start-tilik.cmd ...
>  "start-tilik.cmd" echo @echo off
>> "start-tilik.cmd" echo title tilik
>> "start-tilik.cmd" echo cd /d "%%~dp0"
>> "start-tilik.cmd" echo set "PATH=%%~dp0.venv\Scripts;%%PATH%%"
>> "start-tilik.cmd" echo cmd /k tilik --help
if not exist "start-tilik.cmd" goto no_start

echo.
echo Selesai. Klik dua kali start-tilik.cmd, lalu ketik: tilik init kantor
echo Done. Double click start-tilik.cmd, then type: tilik init kantor
popd
pause
exit /b 0

:no_folder
echo.
echo GAGAL: folder ini tidak dapat dibuka. Salin folder tilik ke disk komputer ini, lalu coba lagi.
echo FAILED: this folder cannot be opened. Copy the folder of tilik to a disk of this computer and try again.
pause
exit /b 1

:no_python
echo.
echo GAGAL: Python 3.11 atau yang lebih baru tidak ditemukan. Pasang dari https://www.python.org/downloads/ lalu coba lagi.
echo FAILED: Python 3.11 or newer was not found. Install it from https://www.python.org/downloads/ and try again.
goto failed

:no_venv
echo.
echo GAGAL: lingkungan Python tidak dapat dibuat. Periksa ruang disk dan izin menulis di folder ini, lalu coba lagi.
echo FAILED: the Python environment could not be made. Check the disk space and whether you may write here, and try again.
goto failed

:no_packages
echo.
echo GAGAL: paket tidak dapat dipasang. Alasannya ada di atas. Periksa sambungan internet, lalu coba lagi.
echo FAILED: the packages could not be installed. The reason stands above. Check the internet connection and try again.
goto failed

:no_start
echo.
echo GAGAL: start-tilik.cmd tidak dapat ditulis. Periksa izin menulis di folder ini, lalu coba lagi.
echo FAILED: start-tilik.cmd could not be written. Check whether you may write in this folder, and try again.
goto failed

:failed
popd
pause
exit /b 1
