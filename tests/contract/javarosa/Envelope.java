import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals the files of a record as ODK Collect does where the form holds a public key, and opens them with the other half
 * (ODK XForms Specification, "Encryption"; MGF1 is over SHA-256, as Bouncy Castle reads the name given there).
 *
 * <p>`keys` says a public and a private key. `seal PUBLIC FOLDER FORM VERSION INSTANCE FILE...` makes FILE.enc of each
 * FILE and says the sealed key and the signature; `open PRIVATE FOLDER FORM VERSION INSTANCE FILE... KEY SIGNATURE` makes
 * each FILE of its FILE.enc, and fails where the signature is of something else. All but files is in base64, one a line.
 */
public final class Envelope {
    private static final OAEPParameterSpec OAEP =
        new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT);

    private final Path folder;
    private final SecretKeySpec secret;
    private final byte[] vector;
    private final StringBuilder signed = new StringBuilder();
    private int files;

    private Envelope(Path folder, byte[] secret, String locked, List<String> told) throws GeneralSecurityException {
        this.folder = folder;
        this.secret = new SecretKeySpec(secret, "AES");
        MessageDigest digest = MessageDigest.getInstance("MD5");
        digest.update(told.get(2).getBytes(StandardCharsets.UTF_8));
        this.vector = digest.digest(secret);
        sign(told.get(0));
        sign(told.get(1));
        sign(locked);
        sign(told.get(2));
    }

    public static void main(String[] given) throws GeneralSecurityException, IOException {
        List<String> all = List.of(given);
        switch (given[0]) {
            case "keys" -> makeKeys();
            case "seal" -> seal(given[1], Path.of(given[2]), all.subList(3, 6), all.subList(6, all.size()));
            case "open" -> open(given[1], Path.of(given[2]), all.subList(3, 6), all.subList(6, all.size()));
            default -> throw new IllegalArgumentException(given[0]);
        }
    }

    private static void makeKeys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair pair = generator.generateKeyPair();
        System.out.println(base64(pair.getPublic().getEncoded()));
        System.out.println(base64(pair.getPrivate().getEncoded()));
    }

    private static void seal(String half, Path folder, List<String> told, List<String> names)
            throws GeneralSecurityException, IOException {
        Key key = KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(bytes(half)));
        byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        String locked = base64(rsa(Cipher.ENCRYPT_MODE, key, secret));
        Envelope envelope = new Envelope(folder, secret, locked, told);
        for (String name : names) {
            envelope.crypt(Cipher.ENCRYPT_MODE, folder.resolve(name), folder.resolve(name + ".enc"));
            envelope.sign(folder.resolve(name));
        }
        System.out.println(locked);
        System.out.println(base64(rsa(Cipher.ENCRYPT_MODE, key, envelope.digest())));
    }

    private static void open(String half, Path folder, List<String> told, List<String> rest)
            throws GeneralSecurityException, IOException {
        Key key = KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(bytes(half)));
        int names = rest.size() - 2;
        String locked = rest.get(names);
        Envelope envelope = new Envelope(folder, rsa(Cipher.DECRYPT_MODE, key, bytes(locked)), locked, told);
        for (String name : rest.subList(0, names)) {
            envelope.crypt(Cipher.DECRYPT_MODE, folder.resolve(name + ".enc"), folder.resolve(name));
            envelope.sign(folder.resolve(name));
        }
        if (!Arrays.equals(envelope.digest(), rsa(Cipher.DECRYPT_MODE, key, bytes(rest.get(names + 1))))) {
            throw new GeneralSecurityException("This is not what was sealed.");
        }
    }

    /** One file into another; each in its turn has an initialization vector of its own. */
    private void crypt(int way, Path from, Path to) throws GeneralSecurityException, IOException {
        vector[files++ % vector.length]++;
        Cipher cipher = Cipher.getInstance("AES/CFB/PKCS5Padding");
        cipher.init(way, secret, new IvParameterSpec(vector));
        Files.write(to, cipher.doFinal(Files.readAllBytes(from)));
    }

    private void sign(Path file) throws GeneralSecurityException, IOException {
        byte[] digest = MessageDigest.getInstance("MD5").digest(Files.readAllBytes(file));
        sign(file.getFileName() + "::" + HexFormat.of().formatHex(digest));
    }

    private void sign(String line) {
        signed.append(line).append('\n');
    }

    private byte[] digest() throws GeneralSecurityException {
        return MessageDigest.getInstance("MD5").digest(signed.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] rsa(int way, Key half, byte[] what) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
        cipher.init(way, half, OAEP);
        return cipher.doFinal(what);
    }

    private static String base64(byte[] what) {
        return Base64.getEncoder().encodeToString(what);
    }

    private static byte[] bytes(String base64) {
        return Base64.getDecoder().decode(base64);
    }
}
