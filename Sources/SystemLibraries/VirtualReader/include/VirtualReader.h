// The part of pcsc-lite's driver interface (IFD handler 3.0) that a virtual reader implements.
//
// pcsc-lite's own <ifdhandler.h> includes its siblings by bare name, which needs a search path from pkg-config that a C
// target of a Swift package cannot ask for. These names, types and numbers are that interface's and must not change.
#ifndef KAOTAI_VIRTUAL_READER_H
#define KAOTAI_VIRTUAL_READER_H

typedef unsigned long DWORD;
typedef long RESPONSECODE;

typedef struct {
    DWORD Protocol;
    DWORD Length;
} SCARD_IO_HEADER;

// Answers.
#define IFD_SUCCESS 0
#define IFD_ERROR_TAG 600
#define IFD_ERROR_NOT_SUPPORTED 606
#define IFD_ERROR_POWER_ACTION 608
#define IFD_COMMUNICATION_ERROR 612
#define IFD_RESPONSE_TIMEOUT 613
#define IFD_NOT_SUPPORTED 614
#define IFD_ICC_PRESENT 615
#define IFD_ICC_NOT_PRESENT 616
#define IFD_ERROR_INSUFFICIENT_BUFFER 618

// Power actions.
#define IFD_POWER_UP 500
#define IFD_POWER_DOWN 501
#define IFD_RESET 502

// What pcscd asks a driver about itself and about a reader.
#define TAG_IFD_ATR 0x0303
#define TAG_IFD_SLOT_THREAD_SAFE 0x0FAC
#define TAG_IFD_THREAD_SAFE 0x0FAD
#define TAG_IFD_SLOTS_NUMBER 0x0FAE
#define TAG_IFD_SIMULTANEOUS_ACCESS 0x0FAF
#define TAG_IFD_POLLING_THREAD_KILLABLE 0x0FB1
#define TAG_IFD_STOP_POLLING_THREAD 0x0FB2
#define TAG_IFD_POLLING_THREAD_WITH_TIMEOUT 0x0FB3
#define SCARD_ATTR_VENDOR_NAME 0x00010100
#define SCARD_ATTR_VENDOR_IFD_SERIAL_NO 0x00010103
#define SCARD_ATTR_CHANNEL_ID 0x00020110
#define SCARD_ATTR_ATR_STRING 0x00090303

#define IOCTL_GET_FEATURE_REQUEST (0x42000000 + 3400)

// The longest answer to reset (ISO 7816-3).
#define MAX_ATR_SIZE 33

RESPONSECODE IFDHCreateChannelByName(DWORD lun, char *device);
RESPONSECODE IFDHCreateChannel(DWORD lun, DWORD channel);
RESPONSECODE IFDHCloseChannel(DWORD lun);
RESPONSECODE IFDHGetCapabilities(DWORD lun, DWORD tag, DWORD *length, unsigned char *value);
RESPONSECODE IFDHSetCapabilities(DWORD lun, DWORD tag, DWORD length, unsigned char *value);
RESPONSECODE IFDHSetProtocolParameters(
    DWORD lun, DWORD protocol, unsigned char flags, unsigned char pts1, unsigned char pts2, unsigned char pts3);
RESPONSECODE IFDHPowerICC(DWORD lun, DWORD action, unsigned char *atr, DWORD *atr_length);
RESPONSECODE IFDHTransmitToICC(
    DWORD lun, SCARD_IO_HEADER send_pci, unsigned char *command, DWORD command_length, unsigned char *answer,
    DWORD *answer_length, SCARD_IO_HEADER *receive_pci);
RESPONSECODE IFDHControl(
    DWORD lun, DWORD code, unsigned char *command, DWORD command_length, unsigned char *answer, DWORD answer_size,
    DWORD *answer_length);
RESPONSECODE IFDHICCPresence(DWORD lun);

#endif
